import CLinux
import Glibc

/// Reads a file, a pipe or a terminal line by line, with bounded memory (read(2)).
package struct LineFile: ~Copyable {
    package enum Line {
        /// A line without its end. The last line of a file may have none.
        case bytes(ArraySlice<UInt8>)
        /// A line with more bytes than allowed, which were skipped.
        case tooLong
    }

    private let descriptor: Descriptor
    private let lineBytesMax: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    private static let chunkBytes = 256 * 1024
    /// The time after which a wait for bytes of a pipe looks whether it was cancelled.
    private static let waitMilliseconds: Int32 = 100

    /// Opens a file, such as `/dev/stdin`. If it is a pipe, ``next(until:)`` waits for the writer.
    ///
    /// - Throws: the error of open(2), or EISDIR for a folder.
    package init(path: String, lineBytesMax: Int) throws(SystemError) {
        guard File.kind(path: path) != .folder else { throw SystemError(code: EISDIR, call: "open") }
        descriptor = try Descriptor.opened("open") { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        self.lineBytesMax = lineBytesMax
    }

    /// The next line; `nil` at the end.
    ///
    /// - Throws: the error of read(2), or ECANCELED.
    package mutating func next(until cancellation: Cancellation) throws(SystemError) -> Line? {
        var searched = position
        var isTooLong = false
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = end + 1 }
                return isTooLong || end - position > lineBytesMax ? .tooLong : .bytes(buffer[position..<end])
            }
            if isAtEnd {
                guard position < buffer.count || isTooLong else { return nil }
                defer { position = buffer.count }
                return isTooLong || buffer.count - position > lineBytesMax ? .tooLong : .bytes(buffer[position...])
            }
            if buffer.count - position > lineBytesMax {
                isTooLong = true
                position = buffer.count
            }
            searched = buffer.count - position
            try readChunk(until: cancellation)
        }
    }

    /// Removes the lines that were taken, and adds what follows.
    private mutating func readChunk(until cancellation: Cancellation) throws(SystemError) {
        repeat {
            guard !cancellation.isCancelled else { throw SystemError(code: ECANCELED, call: "read") }
        } while try !descriptor.waitUntilReadable(milliseconds: Self.waitMilliseconds)
        buffer.removeFirst(position)
        position = 0
        let used = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.chunkBytes))
        let count = try systemCall("read") {
            buffer.withUnsafeMutableBytes { Glibc.read(descriptor.rawValue, $0.baseAddress! + used, Self.chunkBytes) }
        }
        buffer.removeLast(Self.chunkBytes - count)
        isAtEnd = count == 0
    }
}
