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
        let file = try Descriptor.opened("open") { open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) }
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        var position = 0
        while true {
            let count = try systemCall("pread") { pread(file.rawValue, &chunk, chunk.count, position) }
            if count == 0 { break }
            let written = pwrite(file.rawValue, &chunk, count, position)
            guard written > 0 else { throw SystemError("pwrite") }
            position += written
        }
        try systemCall("fsync") { fsync(file.rawValue) }
    }

    /// Syncs a file that has no writer (fsync(2)).
    package static func sync(path: String) throws(SystemError) {
        let file = try Descriptor.opened("open") { open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        try systemCall("fsync") { fsync(file.rawValue) }
    }

    /// Syncs the folder of a file, so that the file keeps its name after a power cut.
    package static func syncFolder(of path: String) throws(SystemError) {
        let folder = File.folder(of: path)
        let descriptor = try Descriptor.opened("open") { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        try systemCall("fsync") { fsync(descriptor.rawValue) }
    }
}
