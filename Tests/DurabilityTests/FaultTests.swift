import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// Each call that writes or syncs fails in turn: the server acknowledges nothing falsely, and a refused write has not
/// happened.
@Suite(.enabled(if: Recorder.library != nil, Comment(rawValue: Recorder.hint)))
struct FaultTests {
    enum Kind: CaseIterable {
        case inputOutputError, diskFull, killed

        /// The fault of a point, which every so often lasts.
        func fault(_ number: Int, first: Int, _ calls: Fault.Calls) -> Fault {
            switch self {
            case .inputOutputError:
                let count = number % 3 == 0 ? 1 : Fault.forEver
                return Fault(manner: .fail, code: EIO, first: first, count: count, calls: calls)
            case .diskFull:
                let manner: Fault.Manner = number % 4 < 2 ? .fail : .short
                return Fault(manner: manner, code: ENOSPC, first: first, count: 1 + number % 3 * 10, calls: calls)
            case .killed: return Fault(manner: .kill, first: first, calls: calls)
            }
        }
    }

    private static let uploads = 20
    /// So many that the log is written back while the server serves.
    private static let uploadsForCheckpoints = 1_100
    private static let counts = Result { CallCounts(try FaultyRun(nil, uploads: uploads).trace) }
    private static let checkpointCounts = Result {
        CallCounts(try FaultyRun(nil, uploads: uploadsForCheckpoints).trace)
    }

    private static let pointsMax = min(100 * Scale.factor, 500)
    private static let checkpointPointsMax = min(4 * Scale.factor, 40)

    /// One of several points, spread evenly over a run.
    struct Point: CustomTestStringConvertible {
        let kind: Kind
        let number: Int
        let count: Int

        var testDescription: String { "\(kind) \(number) of \(count)" }

        /// Returns the number of the failing call among `calls` calls, counted from 1.
        func call(of calls: Int) -> Int { 1 + number * calls / count }

        static func all(count: Int) -> [Point] {
            Kind.allCases.flatMap { kind in
                // Power cuts kill too, and at more moments.
                let count = kind == .killed ? count / 2 : count
                return (0..<count).map { Point(kind: kind, number: $0, count: count) }
            }
        }
    }

    /// Half of the points are among the writes, half among the syncs, which are fewer and matter more.
    @Test(arguments: Point.all(count: pointsMax))
    func nothingIsAcknowledgedFalsely(point: Point) throws {
        let counts = try Self.counts.get()
        let isWrite = point.number % 2 == 0
        let first = point.call(of: isWrite ? counts.writes : counts.syncs)
        let fault = point.kind.fault(point.number / 2, first: first, isWrite ? .writes : .syncs)
        try check(try FaultyRun(fault, uploads: Self.uploads), point.kind, fault)
    }

    /// The same for the calls by which the log is written back.
    @Test(arguments: Point.all(count: checkpointPointsMax))
    func aCheckpointThatFailsLosesNothing(point: Point) throws {
        let calls = try Self.checkpointCounts.get().database
        // The first three make the file.
        let fault = point.kind.fault(point.number, first: 3 + point.call(of: calls - 3), .database)
        try check(try FaultyRun(fault, uploads: Self.uploadsForCheckpoints), point.kind, fault)
    }

    /// The log's index grows by eight calls at the start, and by eight in the middle of the commit of some 4,000th
    /// page.
    @Test(arguments: [Kind.inputOutputError, .diskFull], [9, 13, 16])
    func anIndexThatCanNotGrowLosesNothing(kind: Kind, first: Int) throws {
        try checkWithLongLog(kind, kind.fault(0, first: first, .index))
    }

    /// The sync that commits do not wait for: what it was to write may be lost, though the next sync succeeds.
    @Test(arguments: [1, Fault.forEver])
    func aSyncInTheBackgroundThatFailsLosesNothing(count: Int) throws {
        try checkWithLongLog(.inputOutputError, Fault(manner: .fail, first: 1, count: count, calls: .background))
    }

    private func checkWithLongLog(_ kind: Kind, _ fault: Fault) throws {
        var run = try FaultyRun(fault, uploads: Self.uploadsForCheckpoints)
        // A busy machine leaves the writer idle now and then, which writes the log back before it has grown so far.
        for _ in 0..<3 where run.faultEvent == nil { run = try FaultyRun(fault, uploads: Self.uploadsForCheckpoints) }
        #expect(run.faultEvent != nil)
        try check(run, kind, fault)
    }

    /// The control: a disk that drops a write and reports success must be noticed, or the tests above notice nothing.
    @Test func aDiskThatFalselyReportsSuccessIsNoticed() throws {
        let counts = try Self.counts.get()
        let points = (0..<10).map { number in
            Fault(manner: .lie, first: counts.writes * (number + 3) / 14, calls: .writes)
        }
        let caught = try points.filter { fault in
            guard let run = try? FaultyRun(fault, uploads: Self.uploads), run.complaints.isEmpty else { return true }
            // On a busy machine more is written together, and the fault may be beyond the last write.
            guard let event = run.faultEvent else { return false }
            return try !PowerCuts(run.trace, seed: UInt64(fault.first), from: event).losses(0..<20).isEmpty
        }
        #expect(caught.count > 4)
    }

    private func check(_ run: FaultyRun, _ kind: Kind, _ fault: Fault) throws {
        #expect(run.complaints.isEmpty)
        expectEnd(of: run, kind, fault)
        guard let event = run.faultEvent else { return }
        let losses = try PowerCuts(run.trace, seed: UInt64(fault.first), from: event).losses(0..<4)
        if let loss = losses.first {
            Issue.record("\(loss); MARTLET_CUT='\(fault.first) \(loss.cut) \(try run.keepTrace())' has it again")
        }
    }

    /// After an I/O error, as after any sync that failed, the server ends; a full disk it waits out.
    private func expectEnd(of run: FaultyRun, _ kind: Kind, _ fault: Fault) {
        let mayGoOn = run.befallen.allSatisfy {
            $0.isWrite && (kind == .diskFull || $0.isOfIndex) || $0.isSyncOfFolder
        }
        // The rest of a write that was made by half is tried again, and then succeeds.
        let isUnseen = fault.manner == .short && fault.count == 1 && run.befallen.allSatisfy(\.isWrite)
        switch (run.hasListened, kind) {
        case (_, .killed): #expect(run.status == -SIGKILL || run.befallen.isEmpty)
        case (false, _): #expect(run.status == 69)
        case (true, _) where mayGoOn:
            #expect(run.status == 0 && run.hasAnsweredAll)
            if run.befallen.contains(where: \.isOfLog), !isUnseen {
                #expect(run.logText.contains("There is no room"))
            }
        case (true, _): #expect(run.status == 74)
        }
    }
}

/// How many calls of each kind a run makes.
private struct CallCounts {
    let writes, syncs: Int
    /// To the database's own file.
    let database: Int

    init(_ trace: Trace) {
        writes = trace.events.count { $0.kind == .write || $0.kind == .truncate }
        syncs = trace.events.count { $0.kind == .sync }
        var files: [Int32: String] = [:]
        database = trace.events.count { event in
            if event.kind == .open { files[event.descriptor] = trace.text(event) }
            return [.write, .truncate, .sync].contains(event.kind)
                && files[event.descriptor]?.hasSuffix("martlet.db") == true
        }
    }
}
