import JSON

/// What has changed in a configuration that was read again, and what of that a running server takes over.
package struct ConfigurationChange {
    /// All else is decided when the server starts.
    static let keysThatApply: Set = ["log.level", "log.format", "dispatcher.requests_per_minute"]

    /// The keys of what is taken over, and of what waits for a restart.
    package private(set) var applied: [String] = []
    package private(set) var waiting: [String] = []
    /// What was in force, with what is taken over.
    package private(set) var configuration: Configuration

    package init(from old: Configuration, to new: Configuration) {
        configuration = old
        for setting in Settings.all {
            let value = Self.value(of: setting, in: new)
            guard value != Self.value(of: setting, in: old) else { continue }
            if Self.keysThatApply.contains(setting.key) {
                guard let json = try? JSONParser.parse(value), setting.set(.json(json), &configuration) else {
                    preconditionFailure("what a setting writes it also reads")
                }
                applied.append(setting.key)
            } else {
                waiting.append(setting.key)
            }
        }
    }

    private static func value(of setting: Setting, in configuration: Configuration) -> [UInt8] {
        var writer = JSONWriter()
        setting.write(configuration, &writer)
        return writer.bytes
    }
}
