import Foundation
import Posix
import TestSupport

/// An account other than root's, which has no name and no files on this machine; only root can start processes of it.
package struct OtherAccount: Sendable {
    package let id: UInt32

    /// Two numbers that no package of Debian gives to an account.
    package static let service = OtherAccount(id: 54_321)
    package static let stranger = OtherAccount(id: 54_322)

    package static var canBeUsed: Bool { geteuid() == 0 }
    package static let reason = "only root can act as another account"

    /// A folder of the account's, in the folder of a test, which every account may go through.
    package func makeFolder(_ name: String, in folder: Folder, mode: mode_t = 0o700) throws -> String {
        chmod(folder.path, 0o711)
        let path = folder.file(name)
        guard mkdir(path, mode) == 0, chmod(path, mode) == 0, chown(path, id, id) == 0 else {
            throw TestFailure("the folder \(path) could not be made")
        }
        return path
    }

    /// Starts Martlet as this account in a working directory.
    package func start(
        _ arguments: [String], at path: String? = nil, in folder: Folder, environment: [String: String] = [:]
    ) throws -> Server {
        let command = ["\(try Self.reachableExecutable())"] + arguments
        let script = #"cd "$1" && shift && exec setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}""#
        return try Server(
            in: folder, arguments: ["-c", script, "bash", path ?? folder.path, "\(id)"] + command,
            environment: environment.merging(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]) { mine, _ in mine },
            executable: "/bin/bash")
    }

    /// The executable, in a folder that every account may go through.
    private static func reachableExecutable() throws -> String {
        try executable.get()
    }

    private static let executable: Result<String, any Error> = Result {
        let copy = "\(NSTemporaryDirectory())/martlet-of-other-accounts-\(getpid())"
        // A process of its own copies it: a child that another thread forks meanwhile would keep a descriptor that is
        // open for writing, and a file that is written to can't be run (execve(2), ETXTBSY).
        let process = try ChildProcess("/usr/bin/install", ["-m", "755", Server.executable, copy])
        guard process.waitForEnd() == 0 else { throw TestFailure("the executable could not be copied to \(copy)") }
        atexit { unlink("\(NSTemporaryDirectory())/martlet-of-other-accounts-\(getpid())") }
        return copy
    }
}
