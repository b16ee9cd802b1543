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
