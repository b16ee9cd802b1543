import Foundation
import TestSupport

extension PostgreSQLServer {
    /// Kills all processes of the server with SIGKILL, as a power cut would end them.
    func crash() throws {
        let path = "\(folder)/data/postmaster.pid"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let postmaster = text.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw TestFailure("no process in \(path)")
        }
        let children = Self.children(of: postmaster)
        // It can't start new ones after this.
        stop(SIGKILL)
        for child in children { kill(child, SIGKILL) }
        try eventually("its processes end") { children.allSatisfy { kill($0, 0) != 0 } }
        // The file says that the server is ready, and would say so until the next start has replaced it.
        try FileManager.default.removeItem(atPath: path)
    }

    /// Stops the processes of the sessions and the server itself, or lets them go on.
    func freeze(_ isFrozen: Bool) throws {
        let text = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let postmaster = text.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw TestFailure("no process of the server")
        }
        for process in [postmaster] + Self.children(of: postmaster) { kill(process, isFrozen ? SIGSTOP : SIGCONT) }
    }

    /// proc(5), stat: the parent follows the state, after the name in parentheses.
    private static func children(of parent: Int32) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let end = stat.lastIndex(of: ")")
            else { return false }
            return stat[end...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) } == parent
        }
    }
}
