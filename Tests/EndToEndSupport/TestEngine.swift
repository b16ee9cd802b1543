import Foundation

/// The engine of the databases on which end-to-end tests start the executable.
package enum TestEngine: String, Sendable {
    case sqlite
    case postgres

    /// Set by `MARTLET_TEST_ENGINE`; SQLite if it is not set.
    package static let current: TestEngine = {
        let name = ProcessInfo.processInfo.environment["MARTLET_TEST_ENGINE"] ?? ""
        guard let engine = name.isEmpty ? .sqlite : TestEngine(rawValue: name) else {
            preconditionFailure("MARTLET_TEST_ENGINE must be sqlite or postgres, and not \(name)")
        }
        return engine
    }()
}
