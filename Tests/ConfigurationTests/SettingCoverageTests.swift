import Testing

@testable import Configuration

/// Every value of the configuration has a setting, and every setting changes one value.
@Suite struct SettingCoverageTests {
    /// Values that are computed when the server starts, or that no owner needs to change.
    private static let withoutSetting: Set = [
        "front.eventLoops", "front.connectionsPerAddressMax", "front.limits.chunkLineBytesMax",
        "front.limits.chunkExtensionsBytesMax", "front.limits.trailersBytesMax",
        "front.timeouts.requestWhileStoppingMilliseconds", "front.timeouts.lingerMilliseconds", "front.requestLog",
        "front.monotonicNanoseconds", "pipeline.retryPolicy.delayMinMilliseconds",
        "pipeline.retryPolicy.delayMaxMilliseconds", "pipeline.route",
    ]

    /// The stored values of a configuration, by their path.
    private static func values(_ value: Any, at path: String = "") -> [String: String] {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .struct, !mirror.children.isEmpty, !(value is any CustomStringConvertible) else {
            return [path: String(describing: value)]
        }
        return mirror.children.reduce(into: [:]) { values, child in
            let name = path.isEmpty ? child.label ?? "" : "\(path).\(child.label ?? "")"
            values.merge(Self.values(child.value, at: name)) { first, _ in first }
        }
    }

    /// The same, without the parts of an address.
    private static func settableValues(_ configuration: Configuration) -> [String: String] {
        var values: [String: String] = [:]
        for (path, value) in Self.values(configuration).sorted(by: { $0.key < $1.key }) {
            let isAddress = path.hasSuffix(".address") || path.hasSuffix(".isConfigured")
            let name = isAddress ? path.split(separator: ".").dropLast().joined(separator: ".") : path
            values[name, default: ""] += value
        }
        return values
    }

    @Test func everyValueHasASetting() throws {
        let defaults = Self.settableValues(Configuration())
        #expect(defaults.count > 40)
        var changed: [String: String] = [:]
        for setting in Settings.all {
            var configuration = Configuration()
            #expect(setting.set(.text(ConfigurationTests.otherValue(of: setting).text), &configuration))
            let values = Self.settableValues(configuration)
            let paths = Set(defaults.keys).union(values.keys).filter { defaults[$0] != values[$0] }
            #expect(paths.count == 1, "\(setting.key) changes \(paths)")
            for path in paths {
                let other = changed.updateValue(setting.key, forKey: path)
                #expect(other == nil, "\(setting.key) and \(other ?? "") change \(path)")
            }
        }
        #expect(Set(defaults.keys).subtracting(changed.keys) == Self.withoutSetting)
    }
}
