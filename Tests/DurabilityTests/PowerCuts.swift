import EndToEndSupport
import Foundation
import TestSupport

/// Cuts the power at many moments of one trace, and looks what is left.
struct PowerCuts {
    struct Loss: CustomStringConvertible {
        let cut: Int
        /// The power went just before it.
        let event: Int
        let findings: [Finding]

        var description: String {
            "cut \(cut), before event \(event): \(findings.count) findings, the first \(findings[0])"
        }
    }

    private let trace: Trace
    private let seed: UInt64
    /// Where what a cut leaves may matter most.
    private let delicateMoments: [Int]
    /// The moments just after an answer that the server gave although a file had unsynced changes, or that reported
    /// that nothing happened.
    private let boldMoments: [Int]
    private let firstMoment: Int

    /// Cuts from the first event on.
    init(_ trace: Trace, seed: UInt64, from first: Int = 0) {
        self.trace = trace
        self.seed = seed
        firstMoment = first
        let refusal = Array("HTTP/1.1 503".utf8)
        var delicate: [Int] = []
        var bold: [Int] = []
        var isSynced = true
        for (index, event) in trace.events.enumerated().dropFirst(first) {
            switch event.kind {
            case .write:
                isSynced = false
                if event.offset == 0 { delicate.append(index) }
            case .sync: isSynced = true
            case .send: if !isSynced || trace.bytes[event.data].starts(with: refusal) { bold.append(index + 1) }
            case .start, .open, .truncate, .unlink, .fault, .syncFailed: delicate.append(index)
            case .close, .accept, .receive: break
            }
        }
        delicateMoments = delicate
        boldMoments = bold
    }

    /// Returns the cuts that lost something, with the losses. The seed and the number of a cut determine the cut.
    func losses(_ cuts: Range<Int>) throws -> [Loss] {
        var disk = Disk(trace, seed: seed)
        var promises = Promises(try Transcript(trace))
        let moments = cuts.map { cut in
            var random = generator(cut)
            return (cut: cut, event: moment(cut, using: &random), random: random)
        }
        var losses: [Loss] = []
        for (cut, event, state) in moments.sorted(by: { ($0.event, $0.cut) < ($1.event, $1.cut) }) {
            var random = state
            disk.advance(to: event)
            promises.advance(to: event)
            let folder = try Folder(under: Scratch.path)
            try disk.cut(into: folder, using: &random)
            try spoilSharedMemory(in: folder, using: &random)
            let findings = Audit.findings(at: folder.file("martlet.db"), promises)
            if !findings.isEmpty { losses.append(Loss(cut: cut, event: event, findings: findings)) }
        }
        return losses
    }

    private func generator(_ cut: Int) -> SeededRandom {
        SeededRandom(seed: seed &* 1_000_003 &+ UInt64(cut))
    }

    /// A third of the cuts are anywhere, a third close to the creation and removal of files and to checkpoints, a third
    /// just after bold answers.
    private func moment(_ cut: Int, using random: inout SeededRandom) -> Int {
        if cut % 3 == 0, let event = delicateMoments.randomElement(using: &random) {
            return min(max(firstMoment, event + .random(in: -3...20, using: &random)), trace.events.count)
        }
        if cut % 3 == 1, let event = boldMoments.randomElement(using: &random) { return event }
        return .random(in: firstMoment...trace.events.count, using: &random)
    }

    /// The file of the shared memory may contain anything after a power cut, and the server must not rely on it.
    private func spoilSharedMemory(in folder: Folder, using random: inout SeededRandom) throws {
        guard Bool.random(using: &random) else { return }
        try Data(trace.bytes.suffix(32_768)).write(to: URL(filePath: folder.file("martlet.db-shm")))
    }
}

extension PowerCuts {
    /// Starts the server itself on what a cut at the very end leaves, and signs everybody in.
    func whoCanNotSignIn() throws -> [String] {
        var disk = Disk(trace, seed: seed)
        disk.advance(to: trace.events.count)
        var promises = Promises(try Transcript(trace))
        promises.advance(to: trace.events.count)
        let folder = try Folder(under: Scratch.path)
        var random = generator(0)
        try disk.cut(into: folder, using: &random) { _ in .noneKept }
        let server = try Server.serving(in: folder)
        defer { server.killAtOnce() }
        let client = try server.client()
        return try promises.logins.filter { login in
            let body = #"{"login":"\#(login)","password":"\#(Shopper.password)"}"#
            return try client.send("POST", "/api/user/login", body).status != 200
        }
    }
}
