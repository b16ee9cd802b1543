import CLinux
import Glibc

/// The canonical path of a file that root was asked to use. It contains no symbolic link that another account owns, so
/// an account cannot direct root to a foreign file.
package struct TrustedPath: Equatable, Sendable {
    /// Without symbolic links.
    package let path: String

    package enum Refusal: Error, Equatable, Sendable {
        /// A symbolic link on the way belongs to an account other than root and the caller of sudo.
        case foreignLink(path: String, owner: UInt32)
        case system(SystemError)
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
        var links = 0
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
                guard error.isMissingFile, rest.isEmpty else { throw .system(error) }
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
            links += 1
            guard links <= Self.linksMax else { throw .system(SystemError(code: ELOOP, call: "open")) }
            let target = try Self.target(of: next)
            if target.hasPrefix("/") { done = "" }
            rest += target.split(separator: "/").reversed()
        }
        self.path = done.isEmpty ? "/" : done
    }

    private static func target(of link: String) throws(Refusal) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(link, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count >= 0 else { throw .system(SystemError("readlink")) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Returns true if this process has the file of this path open: then what was opened through the path is the file
    /// that was looked at, whatever was renamed in between (proc(5), `/proc/self/fd`). A second name of the file counts
    /// against it if the account could have made it.
    package func isOpenHere(for account: FileAccount) -> Bool {
        guard let names = try? FolderListing.names(in: "/proc/self/fd") else { return false }
        let mayBeLinked = Self.isOutOfReach(File.folder(of: path), of: account.user)
        return names.contains { name in
            let descriptor = "/proc/self/fd/\(name)"
            var status = stat()
            guard (try? Self.target(of: descriptor)) == path, stat(descriptor, &status) == 0 else { return false }
            return mayBeLinked || status.st_nlink == 1
        }
    }

    /// Returns true if the account can rename or replace neither the folder nor any folder above it.
    ///
    /// - Parameter folder: a canonical path.
    static func isOutOfReach(_ folder: String, of user: UInt32) -> Bool {
        var next = folder
        while true {
            var status = stat()
            let isWritable = { (mode: mode_t) in mode & 0o022 != 0 && mode & S_ISVTX == 0 }
            guard lstat(next, &status) == 0, status.st_uid != user, !isWritable(status.st_mode) else { return false }
            guard next != "/", next != "." else { return next == "/" }
            next = File.folder(of: next)
        }
    }
}
