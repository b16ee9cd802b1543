import CLinux
import Glibc

/// The canonical path of a file that root was asked to use. It contains no symbolic link that another account owns, so
/// an account cannot direct root to a foreign file.
package struct TrustedPath: Equatable, Sendable {
    /// Without symbolic links.
    package let path: String
    /// The paths of the symbolic links that were followed, each without symbolic links above it.
    package let links: [String]

    package enum Refusal: Error, Equatable, Sendable {
        /// A symbolic link on the way belongs to an account other than root and the caller of sudo.
        case foreignLink(path: String, owner: UInt32)
        /// - Parameters:
        ///   - path: the component, without symbolic links above it, that could not be looked at.
        ///   - links: the symbolic links that were followed on the way.
        case system(SystemError, path: String, links: [String])
    }

    /// As many links as the kernel follows (path_resolution(7)).
    private static let linksMax = 40

    /// Follows a path from component to component (lstat(2), readlink(2)); its last one need not exist. A process that
    /// is not root's follows all links: the kernel decides what it may open.
    ///
    /// - Parameter trusted: accounts besides root whose links are followed.
    package init(_ path: String, trusting trusted: [UInt32] = []) throws(Refusal) {
        let isRoot = geteuid() == 0
        var done = ""
        var rest = Array(ProcessSetup.absolutePath(of: path).split(separator: "/").reversed())
        var links: [String] = []
        while let component = rest.popLast() {
            if component == "." { continue }
            if component == ".." {
                done = String(done[..<(done.lastIndex(of: "/") ?? done.startIndex)])
                continue
            }
            let next = "\(done)/\(component)"
            var status = stat()
            guard lstat(next, &status) == 0 else {
                let error = SystemError("lstat")
                guard error.isMissingFile, rest.isEmpty else { throw .system(error, path: next, links: links) }
                done = next
                break
            }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                done = next
                continue
            }
            guard !isRoot || status.st_uid == 0 || trusted.contains(status.st_uid) else {
                throw .foreignLink(path: next, owner: status.st_uid)
            }
            links.append(next)
            guard links.count <= Self.linksMax else {
                throw .system(SystemError(code: ELOOP, call: "open"), path: next, links: links)
            }
            let target = try Self.target(of: next, links)
            if target.hasPrefix("/") { done = "" }
            rest += target.split(separator: "/").reversed()
        }
        self.path = done.isEmpty ? "/" : done
        self.links = links
    }

    private static func target(of link: String, _ links: [String] = []) throws(Refusal) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(link, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count >= 0 else { throw .system(SystemError("readlink"), path: link, links: links) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Returns true if this process has the file of this path open (proc(5), `/proc/self/fd`): then the path led to the
    /// file that was looked at, whatever was renamed in between. Returns false if the file has a second name that the
    /// account could have made, or if a log in another folder is open.
    package func isOpenHere(for account: FileAccount) -> Bool {
        guard let names = try? FolderListing.names(in: "/proc/self/fd") else { return false }
        let name = "/\(path.split(separator: "/").last ?? "")"
        let logs = ["-wal", "-shm", "-journal"].map { name + $0 }
        let targets = names.compactMap { try? Self.target(of: "/proc/self/fd/\($0)") }
        guard !targets.contains(where: { logs.contains(where: $0.hasSuffix) && !$0.hasPrefix(path) }) else {
            return false
        }
        let mayBeLinked = FileAccount.assumedRoot {
            PathOwners.isOutOfReach(File.folder(of: path), of: account.user)
        }
        return names.contains { name in
            let descriptor = "/proc/self/fd/\(name)"
            var status = stat()
            guard (try? Self.target(of: descriptor)) == path, stat(descriptor, &status) == 0 else { return false }
            return mayBeLinked || status.st_nlink == 1
        }
    }
}
