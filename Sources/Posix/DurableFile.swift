import CLinux
import Glibc

/// Files whose bytes and names have to outlive a power cut.
package enum DurableFile {
    private static let chunkBytes = 1 << 20

    /// Writes a file's bytes over themselves and syncs the file, so that a reader gets what is on the disk.
    ///
    /// A sync alone is not enough. After a failed sync, Linux keeps the bytes in memory, marks them as written and lets
    /// later syncs succeed without them (fsync(2), EIO).
    package static func rewrite(path: String) throws(SystemError) {
        let raw = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError("open") }
        let file = Descriptor(owning: raw)
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        var position = 0
        while true {
            let count = pread(file.rawValue, &chunk, chunk.count, position)
            guard count >= 0 else { throw SystemError("pread") }
            if count == 0 { break }
            let written = pwrite(file.rawValue, &chunk, count, position)
            guard written > 0 else { throw SystemError("pwrite") }
            position += written
        }
        guard fsync(file.rawValue) == 0 else { throw SystemError("fsync") }
    }

    /// Syncs a file that has no writer (fsync(2)).
    package static func sync(path: String) throws(SystemError) {
        let raw = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError("open") }
        let file = Descriptor(owning: raw)
        guard fsync(file.rawValue) == 0 else { throw SystemError("fsync") }
    }

    /// Syncs the folder of a file, so that the file keeps its name after a power cut.
    package static func syncFolder(of path: String) throws(SystemError) {
        let folder = folder(of: path)
        let raw = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError("open") }
        let descriptor = Descriptor(owning: raw)
        guard fsync(descriptor.rawValue) == 0 else { throw SystemError("fsync") }
    }

    /// The folder that a path's last component is in.
    static func folder(of path: String) -> String {
        switch path.utf8.lastIndex(of: UInt8(ascii: "/")) {
        case .none: "."
        case .some(path.startIndex): "/"
        case .some(let slash): String(path[..<slash])
        }
    }
}
