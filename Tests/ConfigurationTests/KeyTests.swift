import Testing

@testable import Configuration

/// The keys of the JSON file.
@Suite struct KeyTests {
    private static let top =
        "run_address, database_uri, accrual_system_address, admin_address, staff_address, staff, trusted_proxies"

    @Test(arguments: [
        (#"{"shopp": 1}"#, "shopp is not a setting; did you mean shop?"),
        (#"{"shop": {"nam": "a"}}"#, "shop.nam is not a setting; did you mean shop.name?"),
        (#"{"backups.kep": 1}"#, "backups.kep is not a setting; did you mean backups.keep?"),
        (#"{"log": {"colour": true}}"#, "log.colour is not a setting; there are log.level, log.format"),
        (#"{"nonsense": 1}"#, "nonsense is not a setting; there are \(top)"),
        (#"{"": 1}"#, " is not a setting; there are \(top)"),
        (#"{"backups.keep": 30, "backups": {"keep": 31}}"#, "backups.keep is given twice"),
        (#"{"backups": {"keep": 30}, "backups.keep": 30}"#, "backups.keep is given twice"),
    ])
    func aWrongKeyIsExplained(file: String, error: String) {
        let refusal = #expect(throws: ConfigurationError.self) { try load(file) }
        let text = refusal?.description ?? ""
        #expect(text.hasPrefix("config.json: \(error)") && text.count < 400, "\(text)")
    }

    @Test func aGroupMayBeGivenInParts() throws {
        let backups = try load(#"{"backups.keep": 30, "backups": {"interval_s": 60}}"#).backups
        #expect(backups.keepCount == 30 && backups.intervalSeconds == 60)
    }

    private func load(_ file: String) throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader.load(flags: [], file: nil, environment: [:]) {
            (_) throws(ConfigurationLoader.ReadError) in Array(file.utf8)
        }.configuration
    }
}
