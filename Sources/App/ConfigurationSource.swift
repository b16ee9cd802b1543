/// What a configuration is read from, now and again while the server runs: flags and environment stay, the file may change.
struct ConfigurationSource: Sendable {
    let flags: [(flag: String, value: String)]
    let file: String?
    let environment: [String: String]
    /// What is in force where nothing is set.
    let defaults: Configuration
    let readFile: @Sendable (_ path: String) throws(ConfigurationLoader.ReadError) -> [UInt8]

    func load() throws(ConfigurationError) -> (configuration: Configuration, warnings: [String]) {
        try ConfigurationLoader.load(
            flags: flags, file: file, environment: environment, defaults: defaults, readFile: readFile)
    }
}
