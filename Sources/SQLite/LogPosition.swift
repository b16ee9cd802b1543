import CSQLite

/// The end of the write-ahead log and its progress back into the database, as the log's index has them
/// (sqlite.org/walformat.html, sections 2 and 4).
package struct LogPosition: Equatable, Sendable {
    /// The number of times that the log started anew.
    package let generation: UInt32
    /// A random number that the log got at the same start.
    package let salt: UInt32
    /// The number of frames up to the last commit. A frame holds a page.
    package let frameCount: Int
    /// The checksum of everything up to the last commit.
    let checksum: LogChecksum
    let pageBytes: Int
    let isBigEndian: Bool
    /// The number of frames that were written back into the database.
    package let backfilled: Int
    /// The number of frames that a checkpoint has begun to write back.
    package let backfillTried: Int

    /// The log's size up to its last commit.
    package var bytes: Int { frameCount == 0 ? 0 : LogFormat.headerBytes + frameCount * frameBytes }

    var frameBytes: Int { LogFormat.frameHeaderBytes + pageBytes }

    /// The numbers of the log's header.
    package var start: LogStart { LogStart(generation: generation, salt: salt) }

    /// The position at the beginning of a log with another header and pages of the same size.
    func emptied(_ start: LogStart) -> LogPosition {
        LogPosition(
            generation: start.generation, salt: start.salt, frameCount: 0, checksum: LogChecksum(),
            pageBytes: pageBytes,
            isBigEndian: isBigEndian, backfilled: 0, backfillTried: 0)
    }

    package func isSameGeneration(_ other: LogPosition) -> Bool {
        generation == other.generation && salt == other.salt
    }

    /// Returns true if no commit is between the two positions.
    package func isSameEnd(as other: LogPosition) -> Bool {
        isSameGeneration(other) && frameCount == other.frameCount && checksum == other.checksum
    }

    /// Returns true if a log that was at `earlier` can be here now: it has grown, or it has started anew.
    package func mayFollow(_ earlier: LogPosition) -> Bool {
        !isSameGeneration(earlier) || frameCount > earlier.frameCount || isSameEnd(as: earlier)
    }

    /// Returns true if a checkpoint wrote frames back into the database between the two positions, or began to.
    package func hasOtherBackfill(than other: LogPosition) -> Bool {
        !isSameGeneration(other) || backfilled != other.backfilled || backfillTried != other.backfillTried
    }
}

/// The numbers that a log gets when it starts over (sqlite.org/walformat.html, section 4.1, "WAL File Format").
package struct LogStart: Equatable, Sendable {
    /// Grows by one with each start, and wraps.
    package let generation: UInt32
    /// A random number.
    package let salt: UInt32

    package init(generation: UInt32, salt: UInt32) {
        (self.generation, self.salt) = (generation, salt)
    }

    /// Returns true if the log can have started after `earlier` and before `later`.
    package func isBetween(_ earlier: LogStart, _ later: LogStart) -> Bool {
        let distance = generation &- earlier.generation
        return distance > 0 && distance < later.generation &- earlier.generation
    }
}

/// Sizes and places in the log and its index (sqlite.org/walformat.html).
enum LogFormat {
    /// The first four bytes of a log whose checksums are of little-endian words; with the lowest bit set, of big-endian
    /// ones.
    static let magic: UInt32 = 0x377f_0682
    static let headerBytes = 32
    static let frameHeaderBytes = 24
    /// The size of one region of the index.
    static let regionBytes: CInt = 32 * 1024
    /// The size of one of the two equal headers with which the index begins.
    static let indexHeaderBytes = 48
    typealias IndexHeader = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
}

/// The log's running checksum (sqlite.org/walformat.html, section 4.2, "Checksum Algorithm").
struct LogChecksum: Equatable, Sendable {
    var first: UInt32 = 0
    var second: UInt32 = 0

    /// Adds bytes, a multiple of eight.
    mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        var (first, second) = (first, second)
        var position = 0
        while position < bytes.count {
            let left = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
            let right = bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)
            first = first &+ (isBigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ second
            second = second &+ (isBigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ first
            position += 8
        }
        (self.first, self.second) = (first, second)
    }
}
