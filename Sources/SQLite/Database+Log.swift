import CSQLite
import Synchronization

extension Database {
    /// The end of the log, from its index in shared memory; `nil` while another program changes it, or if it is
    /// damaged, which SQLite repairs at its next transaction. For a connection that has read in WAL mode.
    package var logPosition: LogPosition? {
        let file = syncableFile.file
        var region: UnsafeMutableRawPointer?
        guard file.pointee.pMethods.pointee.iVersion >= 2,
            file.pointee.pMethods.pointee.xShmMap(file, 0, LogFormat.regionBytes, 0, &region) == SQLITE_OK, let region
        else { return nil }
        // A writer changes the second copy first, and a reader takes the first one first (walIndexTryHdr in SQLite's
        // wal.c).
        let header = region.load(fromByteOffset: 0, as: LogFormat.IndexHeader.self)
        atomicMemoryFence(ordering: .acquiring)
        guard header == region.load(fromByteOffset: LogFormat.indexHeaderBytes, as: LogFormat.IndexHeader.self) else {
            return nil
        }
        let backfilled = region.load(fromByteOffset: 96, as: UInt32.self)
        let backfillTried = region.load(fromByteOffset: 128, as: UInt32.self)
        return withUnsafeBytes(of: header) { bytes in
            func number(_ offset: Int) -> UInt32 { bytes.load(fromByteOffset: offset, as: UInt32.self) }
            let pageBytes = Int(bytes.load(fromByteOffset: 14, as: UInt16.self))
            let isPossible = pageBytes == 1 || pageBytes >= 512 && pageBytes.nonzeroBitCount == 1
            guard bytes[12] == 1, isPossible else { return nil }
            return LogPosition(
                generation: UInt32(bigEndian: number(32)), salt: number(36), frameCount: Int(number(16)),
                checksum: LogChecksum(first: number(24), second: number(28)),
                pageBytes: pageBytes == 1 ? 65_536 : pageBytes, isBigEndian: bytes[13] != 0,
                backfilled: Int(backfilled), backfillTried: Int(backfillTried))
        }
    }

    /// The numbers of the header in the log's file; `nil` if a recovery would ignore the file, since it has no valid
    /// header.
    package var logStart: LogStart? {
        guard let file = logFile else { return nil }
        let header = UnsafeMutableRawBufferPointer.allocate(byteCount: LogFormat.headerBytes, alignment: 8)
        defer { header.deallocate() }
        guard Self.read(file, header, LogFormat.headerBytes, at: 0) else { return nil }
        let magic = Self.bigEndian(header, 0)
        guard magic & ~1 == LogFormat.magic else { return nil }
        var checksum = LogChecksum()
        checksum.add(UnsafeRawBufferPointer(rebasing: header[..<24]), isBigEndian: magic & 1 == 1)
        guard Self.bigEndian(header, 24) == checksum.first, Self.bigEndian(header, 28) == checksum.second else {
            return nil
        }
        return LogStart(
            generation: Self.bigEndian(header, 16), salt: header.load(fromByteOffset: 20, as: UInt32.self))
    }

    /// Returns true if a recovery would put pages of the log's file into the database: after a valid header, the chain
    /// of frames reaches the end of a transaction. A first transaction of more than ``firstTransactionFramesMax``
    /// frames is taken for one that has not ended.
    package var logHasTransaction: Bool {
        guard let file = logFile, let start = logStart, let index = logPosition else { return false }
        // A database in WAL mode keeps the size of its pages; SQLite writes checksums in the byte order of the machine.
        let position = index.emptied(start)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: position.frameBytes, alignment: 8)
        defer { buffer.deallocate() }
        guard var checksum = Self.checkedHeader(of: file, position, buffer) else { return false }
        for number in 0..<Self.firstTransactionFramesMax {
            let offset = LogFormat.headerBytes + number * position.frameBytes
            guard Self.read(file, buffer, position.frameBytes, at: offset) else { return false }
            guard Self.add(UnsafeRawBufferPointer(buffer), of: position, to: &checksum) else { return false }
            // The frame that ends a transaction has the size of the database (walformat.html, section 4.1).
            if Self.bigEndian(buffer, 4) != 0 { return true }
        }
        return false
    }

    /// 64 MiB of pages: a look must not keep the writer's thread for longer than a moment.
    private static let firstTransactionFramesMax = 16_384

    /// The file of the log, for reading through SQLite's own handle: another descriptor that is closed would drop
    /// SQLite's locks.
    private var logFile: UnsafeMutablePointer<sqlite3_file>? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(open, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) == SQLITE_OK,
            file?.pointee.pMethods != nil
        else { return nil }
        return file
    }

    /// Reads the log and returns true if it holds everything up to a position, without a gap: the checksum of each
    /// frame includes all frames before it. 16 MiB take some milliseconds.
    ///
    /// - Parameter earlier: a position that the log had, with the checksum of that place.
    package func logHolds(_ position: LogPosition, since earlier: LogPosition?) -> Bool {
        guard let file = logFile else { return false }
        guard position.frameCount > 0 else { return true }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: position.frameBytes * Self.framesAtOnce, alignment: 8)
        defer { buffer.deallocate() }
        guard var checksum = Self.checkedHeader(of: file, position, buffer) else { return false }
        var done = 0
        while done < position.frameCount {
            let count = min(Self.framesAtOnce, position.frameCount - done)
            let offset = LogFormat.headerBytes + done * position.frameBytes
            guard Self.read(file, buffer, count * position.frameBytes, at: offset) else { return false }
            for index in 0..<count {
                let start = index * position.frameBytes
                let frame = UnsafeRawBufferPointer(rebasing: buffer[start..<start + position.frameBytes])
                guard Self.add(frame, of: position, to: &checksum) else { return false }
                if let earlier, earlier.isSameGeneration(position), done + index + 1 == earlier.frameCount,
                    checksum != earlier.checksum
                {
                    return false
                }
            }
            done += count
        }
        return checksum == position.checksum
    }

    /// The number of frames that are read at once: a megabyte of pages of 4 KiB.
    private static let framesAtOnce = 256

    /// The checksum that the log's header begins; `nil` if the header is not the one of the position.
    private static func checkedHeader(
        of file: UnsafeMutablePointer<sqlite3_file>, _ position: LogPosition, _ buffer: UnsafeMutableRawBufferPointer
    ) -> LogChecksum? {
        guard read(file, buffer, LogFormat.headerBytes, at: 0) else { return nil }
        var checksum = LogChecksum()
        checksum.add(UnsafeRawBufferPointer(rebasing: buffer[..<24]), isBigEndian: position.isBigEndian)
        let isRight =
            bigEndian(buffer, 16) == position.generation
            && buffer.load(fromByteOffset: 20, as: UInt32.self) == position.salt
            && bigEndian(buffer, 24) == checksum.first && bigEndian(buffer, 28) == checksum.second
        return isRight ? checksum : nil
    }

    private static func add(
        _ frame: UnsafeRawBufferPointer, of position: LogPosition, to checksum: inout LogChecksum
    ) -> Bool {
        checksum.add(UnsafeRawBufferPointer(rebasing: frame[..<8]), isBigEndian: position.isBigEndian)
        checksum.add(
            UnsafeRawBufferPointer(rebasing: frame[LogFormat.frameHeaderBytes...]), isBigEndian: position.isBigEndian)
        return frame.loadUnaligned(fromByteOffset: 8, as: UInt32.self) == position.generation.bigEndian
            && frame.loadUnaligned(fromByteOffset: 12, as: UInt32.self) == position.salt
            && UInt32(bigEndian: frame.loadUnaligned(fromByteOffset: 16, as: UInt32.self)) == checksum.first
            && UInt32(bigEndian: frame.loadUnaligned(fromByteOffset: 20, as: UInt32.self)) == checksum.second
    }

    private static func bigEndian(_ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.load(fromByteOffset: offset, as: UInt32.self))
    }

    private static func read(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ buffer: UnsafeMutableRawBufferPointer, _ count: Int,
        at offset: Int
    ) -> Bool {
        file.pointee.pMethods.pointee.xRead(file, buffer.baseAddress, CInt(count), sqlite3_int64(offset)) == SQLITE_OK
    }
}
