import Testing

/// A default is written once: in the structure of settings that the configuration contains. A second one would be in
/// force wherever the configuration is not, and would keep its value if the first one changed.
@Suite struct DefaultTests {
    /// The files with the structures that the configuration contains, or takes its defaults from.
    private static let settings: Set = [
        "Sources/API/Events/EventHub.swift", "Sources/API/GophermartAPI.swift",
        "Sources/AccrualClient/AccrualPipeline.swift", "Sources/Configuration/Configuration.swift",
        "Sources/Front/FrontConfiguration.swift", "Sources/HTTP/Limits.swift", "Sources/Loyalty/Session.swift",
        "Sources/SignIn/HashingLimits.swift", "Sources/Storage/StorageLimits.swift",
    ]

    /// Defaults that are no settings.
    private static let others: Set = [
        "Sources/AccrualClient/AbandonedOrders.swift: countMax", "Sources/JSON/JSONWriter.swift: capacity",
        "Sources/Owner/Commands/OrderList.swift: rowsDefault",
        "Sources/Postgres/ConnectionLimits.swift: answerBytesMax",
        "Sources/Postgres/ConnectionLimits.swift: connectMillisecondsPerHost",
        "Sources/Postgres/ConnectionLimits.swift: notificationsMax",
        "Sources/SQLiteStore/Writing/Writer.swift: checkpointPages",
    ]

    /// Returns the names of stored properties, constants and parameters that have a number above nine, or a product, as
    /// a default.
    private static func defaults(in file: SourceFile) -> [String] {
        let stored = /^(?: +package|   ) var (\w+)(?:: \w+)? = (?:[1-9][0-9_]|[1-9] \*)/
        let constant = /\blet (\w+Default)(?:: \w+)? = (?:[1-9][0-9_]|[1-9] \*)/
        let parameter = /(\w+): U?Int\w* = (?:[1-9][0-9_]|[1-9] \*)/
        return file.lines.flatMap { line -> [String] in
            if let match = line.firstMatch(of: stored) { return [String(match.output.1)] }
            if let match = line.firstMatch(of: constant) { return [String(match.output.1)] }
            guard !line.contains(" let "), !line.contains(" var ") else { return [] }
            return line.matches(of: parameter).map { String($0.output.1) }
        }
    }

    @Test func eachIsWrittenOnce() throws {
        var files: [String: String] = [:]
        var found: (settings: Set<String>, others: Set<String>) = ([], [])
        for file in try Repository.files(in: ["Sources"]) where file.isSwift {
            for name in Self.defaults(in: file) {
                let other = files.updateValue(file.path, forKey: name)
                #expect(other == nil || other == file.path, "\(name) has a default in \(file.path) too")
                if Self.settings.contains(file.path) {
                    found.settings.insert(file.path)
                } else {
                    found.others.insert("\(file.path): \(name)")
                }
            }
        }
        #expect(found.settings == Self.settings)
        #expect(found.others == Self.others)
    }

    @Test(arguments: [
        ("        package var bodyBytesMax = 1024 * 1024", ["bodyBytesMax"]),
        ("    package var sessionSeconds: Int64 = 30 * 86_400", ["sessionSeconds"]),
        ("    var poolMax = 2_000_000", ["poolMax"]),
        ("    var timeoutMilliseconds = 5 * 1000", ["timeoutMilliseconds"]),
        ("    package static let waitingMaxDefault = 256", ["waitingMaxDefault"]),
        ("    init(queue: Queue, countMax: Int = 4096, threads: Int = 10) {", ["countMax", "threads"]),
        ("    package var bodyBytesMax = Limits().bodyBytesMax", []), ("    private static let partBytesMax = 64", []),
        ("    static let frames: Int64 = 4096", []), ("        var size = 16", []),
    ])
    func defaultsAreFound(line: String, names: [String]) {
        #expect(Self.defaults(in: SourceFile(path: "Sources/JSON/A.swift", text: line)) == names)
    }
}
