import EndToEndSupport
import Foundation
import TestSupport

/// A run of a server that always gets the same requests in the same order while some of its calls fail. A second server
/// then goes on without faults.
struct FaultyRun {
    /// How the faulty server ended.
    private(set) var status: Int32 = 0
    /// True if the faulty server listened.
    private(set) var hasListened = false
    /// The log of the faulty server.
    private(set) var logText = ""
    /// True if the faulty server answered every request in the end.
    private(set) var hasAnsweredAll = false
    let trace: Trace
    /// Contradictions between the answers to clients and the database, or within the database.
    private(set) var complaints: [String]

    private let recording: Recording

    private static let retriesMax = 100

    init(_ fault: Fault?, uploads: Int) throws {
        recording = try Recording(seed: 0, shoppers: 1)
        let shopper = recording.shoppers[0]
        let server = try recording.launch(fault: fault)
        if let endpoint = try server.endpointUnlessEnded() {
            hasListened = true
            try shopper.connect(to: endpoint)
            hasAnsweredAll = Self.follow(scriptOf: uploads, shopper)
            if server.isRunning { server.signal(SIGTERM) }
        }
        status = try server.waitForEnd()
        logText = server.logText
        if fault != nil { try Self.goOn(with: recording, shopper) }
        trace = try recording.trace()
        var promises = Promises(try Transcript(trace))
        promises.advance(to: trace.events.count)
        complaints = shopper.complaints + Audit.findings(at: recording.database, promises).map(\.description)
    }

    /// A call that the fault befell.
    struct Call {
        let isWrite, isOfLog, isOfIndex, isSyncOfFolder: Bool

        /// The recorder's numbers for calls and files.
        init(_ event: Trace.Event) {
            isWrite = event.descriptor == Trace.Kind.write.rawValue
            isOfLog = event.offset == 2
            isOfIndex = event.offset == 4
            isSyncOfFolder = event.descriptor == Trace.Kind.sync.rawValue && event.offset == 5
        }
    }

    var befallen: [Call] { trace.events.filter { $0.kind == .fault }.map { Call($0) } }

    func keepTrace() throws -> String { try recording.keepTrace() }

    /// The first event of the fault.
    var faultEvent: Int? { trace.events.firstIndex { $0.kind == .fault } }

    /// Registers, uploads orders and spends all points. Returns false if the server ended or refused a request for
    /// good.
    private static func follow(scriptOf uploads: Int, _ shopper: Shopper) -> Bool {
        guard insist(.register, shopper) else { return false }
        for index in 0..<uploads {
            guard insist(.upload(order: shopper.newOrder()), shopper) else { return false }
            guard index % 4 == 3 else { continue }
            guard insist(.balance, shopper) else { return false }
            guard shopper.points > 0 else { continue }
            let wish = Shopper.Wish.withdraw(order: shopper.newOrder(), sum: min(shopper.points, 701))
            guard insist(wish, shopper) else { return false }
        }
        return true
    }

    /// Asks until there is an answer to the question.
    private static func insist(_ wish: Shopper.Wish, _ shopper: Shopper) -> Bool {
        for _ in 0..<retriesMax {
            guard let status = shopper.ask(wish) else { return false }
            if status < 500 { return true }
        }
        return false
    }

    private static func goOn(with recording: Recording, _ shopper: Shopper) throws {
        let server = try recording.start()
        try shopper.connect(to: try server.endpoint())
        if let wish = shopper.unanswered { shopper.ask(wish) }
        if !shopper.isSignedIn { shopper.ask(.signIn) }
        shopper.ask(.balance)
        guard shopper.ask(.upload(order: shopper.newOrder())) == 202 else {
            throw TestFailure("nothing fails any more, and an order is not taken")
        }
        server.signal(SIGKILL)
        _ = try server.waitForEnd()
    }
}
