import EndToEndSupport
import Foundation
import TestSupport

/// The recorder's events, in their order.
struct Trace: Sendable {
    enum Kind: Int32 {
        case start = 1
        case open, close, write, truncate, sync, syncFailed, unlink, accept, receive, send, fault
    }

    struct Event: Sendable {
        let kind: Kind
        let descriptor: Int32
        /// The position of a write, or the length of a truncation. For an open: 1 if it made the file, 2 if its
        /// descriptor cannot write to the database.
        let offset: Int
        /// Of what was written, received or sent, or the path; in ``Trace/bytes``.
        let data: Range<Int>
    }

    let bytes: [UInt8]
    let events: [Event]

    private static let headerBytes = 24

    init(path: String) throws {
        let bytes = try Self.read(path)
        var events: [Event] = []
        try bytes.withUnsafeBytes { buffer in
            var position = 0
            // A process that was killed may have written a part of its last event.
            while position + Self.headerBytes <= buffer.count {
                let number = buffer.loadUnaligned(fromByteOffset: position, as: Int32.self)
                let start = position + Self.headerBytes
                let length = Int(buffer.loadUnaligned(fromByteOffset: position + 16, as: Int64.self))
                guard let kind = Kind(rawValue: number) else {
                    throw TestFailure("a trace has something else at \(position)")
                }
                guard length <= buffer.count - start else { break }
                events.append(
                    Event(
                        kind: kind, descriptor: buffer.loadUnaligned(fromByteOffset: position + 4, as: Int32.self),
                        offset: Int(buffer.loadUnaligned(fromByteOffset: position + 8, as: Int64.self)),
                        data: start..<start + length))
                position = start + length
            }
        }
        self.bytes = bytes
        self.events = events
    }

    /// Whole, and never twice in memory: traces are long.
    private static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TestFailure("\(path) can't be read: errno \(errno)") }
        defer { close(file) }
        let length = Int(lseek(file, 0, SEEK_END))
        return try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let read = pread(file, buffer.baseAddress! + count, length - count, off_t(count))
                guard read > 0 else { throw TestFailure("\(path) ends early: errno \(errno)") }
                count += read
            }
        }
    }

    /// The number of syncs that commits did not wait for and that had something to write: they go through descriptors
    /// of the database that cannot write, and cover pages that a checkpoint had copied without a sync.
    var backgroundSyncCount: Int {
        var canWrite: [Int32: Bool] = [:]
        var isDirty = false
        return events.count { event in
            switch event.kind {
            case .open: canWrite[event.descriptor] = text(event).hasSuffix(".db") ? event.offset != 2 : nil
            case .write: if canWrite[event.descriptor] != nil { isDirty = true }
            case .sync:
                guard let canWrite = canWrite[event.descriptor] else { return false }
                defer { isDirty = false }
                return isDirty && !canWrite
            default: break
            }
            return false
        }
    }

    func text(_ event: Event) -> String { String(decoding: bytes[event.data], as: UTF8.self) }
}
