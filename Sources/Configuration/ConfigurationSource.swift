/// The sources of a configuration, which a running server can read again. Flags and environment stay the same; the file
/// may change.
package struct ConfigurationSource: Sendable {
    private let flags: [(flag: String, value: String)]
    private let file: String?
    private let defaultFiles: [String]
    private let environment: [String: String]
    /// The values of settings that no source sets.
    private let defaults: Configuration
    private let readFile: @Sendable (_ path: String) throws(ConfigurationLoader.ReadError) -> [UInt8]

    package init(
        flags: [(flag: String, value: String)], file: String?, defaultFiles: [String], environment: [String: String],
        defaults: Configuration,
        readFile: @escaping @Sendable (_ path: String) throws(ConfigurationLoader.ReadError) -> [UInt8]
    ) {
        self.flags = flags
        self.file = file
        self.defaultFiles = defaultFiles
        self.environment = environment
        self.defaults = defaults
        self.readFile = readFile
    }

    package func load() throws(ConfigurationError) -> (configuration: Configuration, warnings: [String]) {
        try ConfigurationLoader.load(
            flags: flags, file: file, defaultFiles: defaultFiles, environment: environment, defaults: defaults,
            readFile: readFile)
    }
}
