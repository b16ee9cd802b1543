import JSON

/// The changes of a configuration that was read again, and the part of them that a running server applies.
package struct ConfigurationChange {
    /// All other settings are read once, when the server starts.
    static let keysThatApply: Set = ["log.level", "log.format", "dispatcher.requests_per_minute"]

    /// The keys of applied settings, and of settings that wait for a restart.
    package private(set) var applied: [String] = []
    /// The keys of the changed settings that wait for a restart.
    package private(set) var waiting: [String] = []
    /// The configuration in force, with the applied changes.
    package private(set) var configuration: Configuration

    package init(from old: Configuration, to new: Configuration) {
        configuration = old
        for setting in Settings.all {
            let value = Self.value(of: setting, in: new)
            guard value != Self.value(of: setting, in: old) else { continue }
            if Self.keysThatApply.contains(setting.key) {
                guard let json = try? JSONParser.parse(value), setting.set(.json(json), &configuration) else {
                    preconditionFailure("a setting must read what it has written")
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
