import EndToEndSupport
import Foundation
import TestSupport

/// A model of a disk: it replays the server's calls and computes which contents a power cut may leave.
///
/// Bytes that a sync covered survive. Bytes written after a file's last sync survive whole, in part, out of order, torn
/// between sectors, or not at all. A name survives once its folder was synced. After a failed sync, each change that it
/// was to cover is either on the disk or lost for good, and later syncs do not report it, because Linux has marked the
/// pages as clean.
struct Disk {
    fileprivate enum Change {
        case write(offset: Int, data: Range<Int>)
        case truncate(length: Int)
    }

    private struct File {
        var durable = Content()
        var pending: [Change] = []
    }

    private struct NameChange {
        let name: String
        /// `nil` if the name was removed.
        let file: Int?
    }

    private let trace: Trace
    private var files: [File] = []
    /// By path, as programs see them.
    private var names: [String: Int] = [:]
    private var durableNames: [String: Int] = [:]
    private var pendingNames: [NameChange] = []
    private var descriptors: [Int32: Int] = [:]
    private var folders: Set<Int32> = []
    private var losses: SeededRandom

    /// The events that were applied.
    private(set) var position = 0

    init(_ trace: Trace, seed: UInt64) {
        self.trace = trace
        losses = SeededRandom(seed: seed)
    }

    /// Goes on to just before the event.
    mutating func advance(to end: Int) {
        precondition(end >= position, "a disk goes forward")
        while position < end {
            apply(trace.events[position])
            position += 1
        }
    }

    private mutating func apply(_ event: Trace.Event) {
        switch event.kind {
        case .start:
            descriptors = [:]
            folders = []
        case .open: open(event, path: trace.text(event))
        case .close:
            descriptors[event.descriptor] = nil
            folders.remove(event.descriptor)
        case .write: change(event, .write(offset: event.offset, data: event.data))
        case .truncate: change(event, .truncate(length: event.offset))
        case .sync: sync(event.descriptor)
        case .syncFailed: failToSync(event.descriptor)
        case .unlink:
            let path = trace.text(event)
            names[path] = nil
            pendingNames.append(NameChange(name: path, file: nil))
        case .accept, .receive, .send, .fault: break
        }
    }

    private mutating func open(_ event: Trace.Event, path: String) {
        let isMade = event.offset == 1
        if isMade {
            names[path] = files.count
            pendingNames.append(NameChange(name: path, file: files.count))
            files.append(File())
        }
        if let file = names[path] {
            descriptors[event.descriptor] = file
        } else {
            folders.insert(event.descriptor)
        }
    }

    private mutating func change(_ event: Trace.Event, _ change: Change) {
        guard let file = descriptors[event.descriptor] else { preconditionFailure("only open files are written to") }
        files[file].pending.append(change)
    }

    private mutating func sync(_ descriptor: Int32) {
        if let file = descriptors[descriptor] {
            for change in files[file].pending { files[file].durable.apply(change, from: trace) }
            files[file].pending = []
        } else if folders.contains(descriptor) {
            for change in pendingNames { durableNames[change.name] = change.file }
            pendingNames = []
        }
    }

    private mutating func failToSync(_ descriptor: Int32) {
        guard let file = descriptors[descriptor] else { return }
        let isAllLost = Bool.random(using: &losses)
        for change in files[file].pending where !isAllLost && Bool.random(using: &losses) {
            files[file].durable.apply(change, from: trace)
        }
        files[file].pending = []
    }
}

extension Disk {
    /// The result of a power cut for changes that no sync has covered.
    enum Fate: CaseIterable {
        case allKept, noneKept
        /// The first of them are kept.
        case firstKept
        /// Each page, or each sector, has a random number of its first changes.
        case pages, sectors

        var granuleBytes: Int { self == .sectors ? 512 : 4096 }
    }

    /// Writes the files of a folder as a power cut would leave them now, with a fate for each file.
    func cut(
        into folder: Folder, using random: inout SeededRandom,
        fate: (inout SeededRandom) -> Fate = { Fate.allCases.randomElement(using: &$0)! }
    ) throws {
        var survivors = durableNames
        for change in kept(of: pendingNames, fate(&random), using: &random) { survivors[change.name] = change.file }
        // In the order of their names, so that the seed decides alone.
        for (path, file) in survivors.sorted(by: { $0.key < $1.key }) {
            let changes = kept(of: files[file].pending, fate(&random), using: &random)
            let copy = folder.file(URL(filePath: path).lastPathComponent)
            try files[file].durable.write(to: copy, changedBy: changes, from: trace)
        }
    }

    private func kept(
        of changes: [NameChange], _ fate: Fate, using random: inout SeededRandom
    ) -> ArraySlice<NameChange> {
        switch fate {
        case .allKept: return changes[...]
        case .noneKept: return []
        case .firstKept: return changes.prefix(Int.random(in: 0...changes.count, using: &random))
        case .pages, .sectors: return changes.filter { _ in Bool.random(using: &random) }[...]
        }
    }

    private func kept(of changes: [Change], _ fate: Fate, using random: inout SeededRandom) -> ArraySlice<Change> {
        switch fate {
        case .allKept: return changes[...]
        case .noneKept: return []
        case .firstKept: return changes.prefix(Int.random(in: 0...changes.count, using: &random))
        case .pages, .sectors: return torn(changes, granuleBytes: fate.granuleBytes, using: &random)[...]
        }
    }

    private func torn(_ changes: [Change], granuleBytes: Int, using random: inout SeededRandom) -> [Change] {
        var kept: [Change] = []
        /// How many of all changes a granule has seen.
        var seen: [Int: Int] = [:]
        for (index, change) in changes.enumerated() {
            guard case .write(let offset, let data) = change else {
                // Bytes written after a truncation are on the disk only if the truncation is.
                guard Bool.random(using: &random) else { return kept }
                kept.append(change)
                continue
            }
            var start = offset
            while start < offset + data.count {
                let granule = start / granuleBytes
                let end = min(offset + data.count, (granule + 1) * granuleBytes)
                let limit = seen[granule] ?? Int.random(in: 0...changes.count, using: &random)
                seen[granule] = limit
                if index < limit {
                    let first = data.lowerBound + start - offset
                    kept.append(.write(offset: start, data: first..<first + end - start))
                }
                start = end
            }
        }
        return kept
    }
}

/// The bytes of a file, in a buffer that is often larger: files grow by a page at a time.
private struct Content {
    private var buffer: [UInt8] = []
    private var count = 0

    mutating func apply(_ change: Disk.Change, from trace: Trace) {
        switch change {
        case .write(let offset, let data):
            resize(to: max(count, offset + data.count))
            buffer.withUnsafeMutableBytes { buffer in
                trace.bytes.withUnsafeBytes { bytes in
                    buffer.baseAddress!.advanced(by: offset).copyMemory(
                        from: bytes.baseAddress!.advanced(by: data.lowerBound), byteCount: data.count)
                }
            }
        case .truncate(let length): resize(to: length)
        }
    }

    /// Fills the space after the former end with zeros when the file grows.
    private mutating func resize(to length: Int) {
        if length > buffer.count {
            var larger = [UInt8](repeating: 0, count: max(length, 2 * buffer.count))
            larger.withUnsafeMutableBytes { larger in buffer.withUnsafeBytes { larger.copyMemory(from: $0) } }
            buffer = larger
        } else if length < count {
            buffer.withUnsafeMutableBytes { _ = memset($0.baseAddress! + length, 0, count - length) }
        }
        count = length
    }

    func write(to path: String, changedBy changes: ArraySlice<Disk.Change>, from trace: Trace) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw TestFailure("\(path) can't be made: errno \(errno)") }
        defer { close(file) }
        try buffer.withUnsafeBytes { try Self.write($0.prefix(count), at: 0, to: file) }
        for change in changes {
            switch change {
            case .write(let offset, let data):
                try trace.bytes.withUnsafeBytes { try Self.write($0[data], at: offset, to: file) }
            case .truncate(let length): ftruncate(file, length)
            }
        }
    }

    private static func write(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: Int, to file: Int32) throws {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        guard pwrite(file, bytes.baseAddress, bytes.count, offset) == bytes.count else {
            throw TestFailure("no room for a cut: errno \(errno)")
        }
    }
}
