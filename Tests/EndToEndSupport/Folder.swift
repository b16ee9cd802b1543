import Foundation
import Posix

/// A folder of one test's own, removed with it.
package final class Folder: Sendable {
    package let path: String

    package init(under parent: String? = nil) throws {
        path = try TemporaryFolder(prefix: "martlet-test-", under: parent).path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    package func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    }
}

package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Waits until the condition holds and checks it every few milliseconds. Throws if it does not hold in time.
package func eventually(
    within seconds: Double = 20, _ what: String, _ condition: () throws -> Bool
) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        guard Date() < end else { throw TestFailure("not within \(seconds) s: \(what)") }
        Foundation.Thread.sleep(forTimeInterval: 0.005)
    }
}
