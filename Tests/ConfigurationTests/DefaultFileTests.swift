import Testing

@testable import Configuration

/// The file that is read if neither a flag nor a variable names one.
@Suite struct DefaultFileTests {
    private static let system = "/etc/martlet.json"

    private func load(
        _ files: [String: String], file: String? = nil, environment: [String: String] = [:],
        defaultFiles: [String] = ConfigurationLoader.defaultFiles
    ) throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader.load(flags: [], file: file, defaultFiles: defaultFiles, environment: environment) {
            (path) throws(ConfigurationLoader.ReadError) in
            guard let text = files[path] else { throw .missing }
            return Array(text.utf8)
        }.configuration
    }

    /// A file that is named, or that comes first, has all settings from files.
    @Test func theSystemsFileIsReadIfNothingElseIsNamed() throws {
        let files = [Self.system: #"{"run_address": ":1"} // of the package"#, "x.json": #"{"database_uri": "x.db"}"#]
        #expect(try load(files).runAddress.port == 1)
        let working = files.merging(["config.json": #"{"database_uri": "x.db"}"#]) { $1 }
        for configuration in [
            try load(working), try load(files, file: "x.json"),
            try load(files, environment: ["MARTLET_CONFIG": "x.json"]),
        ] {
            #expect(configuration.runAddress.port == 8080 && configuration.database.path == "x.db")
        }
        #expect(throws: ConfigurationError("/etc/martlet.json: not a JSON object")) { try load([Self.system: "[]"]) }
        #expect(try load(files, defaultFiles: [ConfigurationLoader.workingFile]).runAddress.port == 8080)
    }

    @Test(arguments: [
        (ConfigurationLoader.ReadError.missing, true), (.hidden("Permission denied"), true),
        (.unreadable("Permission denied"), false),
    ])
    func aSystemsFileThatCannotBeReadIsAnError(error: ConfigurationLoader.ReadError, isAbsent: Bool) {
        let configuration = try? ConfigurationLoader.load(flags: [], file: nil, environment: [:]) {
            (path) throws(ConfigurationLoader.ReadError) in
            throw path == Self.system ? error : .missing
        }
        #expect((configuration != nil) == isAbsent)
    }
}
