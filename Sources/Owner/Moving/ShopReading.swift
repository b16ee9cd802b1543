import Loyalty
import Posix
import Storage

/// Reads the file of a shop into an import, line by line, and gathers the faults of its lines.
struct ShopReading {
    /// The faults that are named. All others are counted. One run usually shows all lines that a script has to
    /// leave out, and their texts take less than a megabyte.
    static let faultsNamedMax = 1_000
    /// The refused users that are remembered, so that memory has a bound: their ids take at most 5 MiB. So many
    /// refused users are more faults than are named, so lines of further users only make the number of faults larger.
    static let refusedUsersMax = 10_000
    /// The lines between two reports of progress.
    private static let linesPerReport: Int64 = 10_000

    /// A line that can't be imported.
    struct Fault: Equatable {
        let line: Int64
        let text: String
    }

    private(set) var counts = MovedCounts()
    /// The users who can't sign in until they get a password. Deleted users do not count.
    private(set) var usersWithoutPassword: Int64 = 0
    /// The first faults, at most ``faultsNamedMax``.
    private(set) var faults: [Fault] = []
    private(set) var faultCount = 0
    private(set) var lineCount: Int64 = 0
    /// True if the records have their places; `nil` before the first line.
    private(set) var hasPositions: Bool?
    private var isEnded = false
    /// The bytes of the ids of users whose own lines were refused. It is no fault of other lines that these are
    /// missing.
    private var refusedUsers: Set<[UInt8]> = []

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
        // A byte order mark may be ignored (RFC 8259, section 8.1), and programs on Windows write one.
        let hasMark = lineCount == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let read: ShopLine
        do throws(LineFault) {
            read = try ShopLine.read(hasMark ? bytes.dropFirst(3) : bytes, hasPositions: hasPositions)
        } catch {
            if let user = error.user, refusedUsers.count < Self.refusedUsersMax {
                refusedUsers.insert(Array(user.utf8))
            }
            return add(lineCount, error.text)
        }
        switch read {
        case .start(let hasPositions): self.hasPositions = hasPositions
        case .record(let record):
            counts.count(record)
            if record.lacksPassword { usersWithoutPassword += 1 }
            if !refusedUsers.isEmpty, let user = record.referredUser, refusedUsers.contains(Array(user.utf8)) { return }
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

extension ShopRecord {
    /// True if the record adds a user without a password who is not marked as deleted.
    fileprivate var lacksPassword: Bool {
        guard case .user(let user) = self else { return false }
        return user.passwordHash == nil && user.state != .deleted
    }

    /// The id of the user to whom the record refers; `nil` for one that adds a user.
    fileprivate var referredUser: String? {
        switch self {
        case .user: nil
        case .order(let order): order.user
        case .entry(let entry): entry.user
        }
    }
}

extension MovedCounts {
    /// `2 users, 5 orders, 1 withdrawal`, with adjustments, refunds and returns if there are any.
    var text: String {
        let needed = [users.counted("user"), orders.counted("order"), withdrawals.counted("withdrawal")]
        let others = [(adjustments, "adjustment"), (refunds, "refund"), (returns, "return")]
        return (needed + others.filter { $0.0 > 0 }.map { $0.0.counted($0.1) }).joined(separator: ", ")
    }
}

extension BinaryInteger {
    /// `1 order`, `2 orders`
    func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}
