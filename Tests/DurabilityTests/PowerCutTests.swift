import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// A server's writes are recorded, and cut short anywhere: whatever was acknowledged before the cut is there after it.
/// One at a time, because a trace takes some 50 MB of memory.
@Suite(.serialized, .enabled(if: Recorder.library != nil, Comment(rawValue: Recorder.hint)))
struct PowerCutTests {
    private static let seeds = Array(1...UInt64(min(4 * Scale.factor, 20)))
    private static let cutsEach = 500 * Scale.factor / seeds.count

    @Test(arguments: seeds)
    func nothingAcknowledgedIsLost(seed: UInt64) throws {
        var recording = try Recording.eventful(seed: seed)
        var trace = try recording.trace()
        // A busy machine leaves the writer idle now and then, which writes the log back in one step. Other tests run
        // beside this one, so that it may take several attempts until the writer is never idle for long enough.
        for _ in 0..<12 where trace.backgroundSyncCount == 0 {
            recording = try Recording.eventful(seed: seed)
            trace = try recording.trace()
        }
        #expect(trace.events.count { $0.kind == .fault } > 1, "two lives ended badly")
        #expect(trace.backgroundSyncCount > 0, "the file was synced in the background too")
        let cuts = PowerCuts(trace, seed: seed)
        let losses = try cuts.losses(0..<Self.cutsEach)
        if let loss = losses.first {
            let replay = "MARTLET_CUT='\(seed) \(loss.cut) \(try recording.keepTrace())'"
            Issue.record("\(losses.count) of \(Self.cutsEach) cuts: \(loss); \(replay) has it again")
        }
        #expect(try cuts.whoCanNotSignIn().isEmpty)
    }

    /// With syncs left out, the same must lose: those of commits (as `synchronous=NORMAL` has it), those that end a
    /// checkpoint, those of the folder.
    @Test(arguments: [Recorder.Drop.log, .database, .folder])
    func aSyncThatIsLeftOutIsMissed(drop: Recorder.Drop) throws {
        let trace = try Recording.eventful(seed: 1, drop: drop).trace()
        let losses = try PowerCuts(trace, seed: 1).losses(0..<60)
        let kinds = losses.flatMap(\.findings).map(\.kind)
        #expect(losses.count > 6)
        #expect(kinds.contains(.lost))
        // NORMAL loses the last commits and no more: the file stays sound.
        if drop == .log { #expect(!kinds.contains(.damaged) && !kinds.contains(.wrong)) }
    }

    private static let kept = ProcessInfo.processInfo.environment["MARTLET_CUT"]?.split(separator: " ", maxSplits: 2)

    /// Repeats a power cut that lost something, from the kept trace.
    @Test(.enabled(if: kept != nil, "MARTLET_CUT names no cut"))
    func aKeptCut() throws {
        let kept = try #require(Self.kept)
        let cut = try #require(Int(kept[1]))
        let cuts = PowerCuts(try Trace(path: String(kept[2])), seed: try #require(UInt64(kept[0])))
        let losses = try cuts.losses(cut..<cut + 1)
        for finding in losses.flatMap(\.findings) { Issue.record("\(finding)") }
    }
}
