import Loyalty
import Posix
import Storage

/// Reads the file of a shop into an import, line by line, and gathers the faults of its lines.
struct ShopReading {
    /// The faults that are named. All others are counted. One run shows all lines that a script has to leave out,
    /// unless the script itself is wrong, and their texts take less than a megabyte.
    static let faultsNamedMax = 1_000
    /// The lines between two reports of progress.
    private static let linesPerReport: Int64 = 10_000

    /// A line that can't be imported.
    struct Fault: Equatable {
        let line: Int64
        let text: String
    }

    private(set) var counts = MovedCounts()
    /// The first faults, at most ``faultsNamedMax``.
    private(set) var faults: [Fault] = []
    private(set) var faultCount = 0
    private(set) var lineCount: Int64 = 0
    /// True if the records have their places; `nil` before the first line.
    private(set) var hasPositions: Bool?
    private var isEnded = false

    /// Reads all lines, and finds the faults of records that do not go together if no line has a fault of its own.
    mutating func read(
        _ file: consuming LineFile, into target: any ShopImport, until cancellation: Cancellation,
        progress: (Int64) -> Void
    ) throws(StoreError) {
        while let line = try Self.next(&file, until: cancellation) {
            guard !cancellation.isCancelled else { throw .stoppedImport }
            lineCount += 1
            if lineCount % Self.linesPerReport == 0 { progress(lineCount) }
            try take(line, into: target)
            // A file that does not begin as one has no lines that could be named.
            guard hasPositions != nil else { return }
        }
        if !isEnded {
            add(
                max(1, lineCount),
                "the file ends here without its last line, which has the type \"end\": it was cut short")
        }
        guard faultCount == 0 else { return }
        try target.findFaults { line, text in add(line, text) }
        faults.sort { $0.line < $1.line }
    }

    private static func next(
        _ file: inout LineFile, until cancellation: Cancellation
    ) throws(StoreError) -> LineFile.Line? {
        do throws(SystemError) {
            return try file.next(until: cancellation)
        } catch {
            throw cancellation.isCancelled ? .stoppedImport : StoreError("The file can't be read (\(error)).")
        }
    }

    private mutating func take(_ line: LineFile.Line, into target: any ShopImport) throws(StoreError) {
        guard case .bytes(let bytes) = line else {
            return add(lineCount, "it has more than \(ShopLine.bytesMax) bytes")
        }
        guard !isEnded else { return add(lineCount, "it follows the end of the file") }
        let read: ShopLine
        do throws(LineFault) {
            read = try ShopLine.read(bytes, hasPositions: hasPositions)
        } catch {
            return add(lineCount, error.text)
        }
        switch read {
        case .start(let hasPositions): self.hasPositions = hasPositions
        case .record(let record):
            counts.count(record)
            if let fault = try target.add(record, line: lineCount) { add(lineCount, fault) }
        case .end(let stated):
            isEnded = true
            // A line that could not be read is missing from the counts.
            if faultCount == 0, stated != counts {
                add(lineCount, "it states \(stated.text), and the file has \(counts.text)")
            }
        }
    }

    private mutating func add(_ line: Int64, _ text: String) {
        faultCount += 1
        if faults.count < Self.faultsNamedMax { faults.append(Fault(line: line, text: text)) }
    }
}

extension MovedCounts {
    /// `2 users, 5 orders, 1 withdrawal`, with adjustments, refunds and returns if there are any.
    var text: String {
        let needed = ["\(users) users", "\(orders) orders", "\(withdrawals) withdrawals"]
        let others = [(adjustments, "adjustments"), (refunds, "refunds"), (returns, "returns")]
        return (needed + others.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }).joined(separator: ", ")
    }
}
