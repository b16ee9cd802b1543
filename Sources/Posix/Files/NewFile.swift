import CLinux
import Glibc

/// A file that gets its name when it is complete, so that an incomplete file is never found under that name. Its mode
/// is 0600.
package struct NewFile: ~Copyable {
    private let path: String
    private let partial: String
    private let descriptor: Descriptor
    private var buffer: [UInt8] = []

    private static let bufferBytes = 256 * 1024
    private static let partialSuffix = ".partial"

    /// Makes the file under another name, in place of what an earlier try left there.
    ///
    /// - Throws: EEXIST if there is a file of the name, or the error of a call.
    package init(path: String) throws(SystemError) {
        guard !PrivateFile.exists(path: path) else { throw SystemError(code: EEXIST, call: "open") }
        let partial = path + Self.partialSuffix
        try PrivateFile.remove(path: partial)
        descriptor = try Descriptor.opened("open") {
            open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        (self.path, self.partial) = (path, partial)
    }

    /// Adds bytes. After an error, the file can only be discarded.
    package mutating func write(_ bytes: [UInt8]) throws(SystemError) {
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private mutating func flush() throws(SystemError) {
        var written = 0
        while written < buffer.count {
            written += try systemCall("write") {
                buffer.withUnsafeBytes {
                    Glibc.write(descriptor.rawValue, $0.baseAddress! + written, $0.count - written)
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Gives the complete file its name. It is durable when this returns.
    package mutating func complete() throws(SystemError) {
        try flush()
        try systemCall("fsync") { fsync(descriptor.rawValue) }
        try PrivateFile.rename(partial, toNew: path)
    }

    /// Removes the file after an error.
    package func discard() {
        try? PrivateFile.remove(path: partial)
    }
}
