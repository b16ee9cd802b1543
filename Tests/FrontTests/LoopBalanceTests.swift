import Posix
import Testing

@testable import Front

/// New connections go to the loop that has the fewest.
@Suite struct LoopBalanceTests {
    private let balance = LoopBalance()
    private let inboxes: [LoopInbox]

    init() throws {
        inboxes = try (0..<3).map { _ in LoopInbox(wakeup: try Wakeup()) }
        for (index, inbox) in inboxes.enumerated() { #expect(balance.join(inbox) == index) }
    }

    /// The number of connections that each loop gets of those that one loop accepts.
    private func placed(_ count: Int, acceptedBy loop: Int) -> [Int] {
        var counts = [0, 0, 0]
        for _ in 0..<count {
            let inbox = balance.place(acceptedBy: loop)
            counts[inbox.map { inbox in inboxes.firstIndex { $0 === inbox } ?? -1 } ?? loop] += 1
        }
        return counts
    }

    @Test(arguments: 0..<3) func connectionsThatOneLoopAcceptsAreSpread(loop: Int) {
        let counts = placed(31, acceptedBy: loop)
        #expect(counts.reduce(0, +) == 31)
        #expect(counts.allSatisfy { (10...11).contains($0) }, "\(counts)")
    }

    /// A connection that ends before the next one comes costs no other loop a wakeup.
    @Test func aLoopKeepsConnectionsThatComeOneByOne() {
        for _ in 0..<10 {
            #expect(balance.place(acceptedBy: 1) == nil)
            balance.release(by: 1)
        }
    }

    @Test func aLoopThatHasLostConnectionsGetsTheNextOnes() {
        #expect(placed(30, acceptedBy: 0) == [11, 10, 9], "the one that accepts keeps one more")
        for _ in 0..<7 { balance.release(by: 2) }
        #expect(placed(7, acceptedBy: 0) == [0, 0, 7])
    }

    /// A loop that stops waits for those that another one has given to it already.
    @Test func aLoopThatStopsGetsNoMore() {
        #expect(placed(4, acceptedBy: 0).reduce(0, +) == 4)
        let before = balance.connectionCount(of: 1)
        balance.leave(1)
        #expect(placed(30, acceptedBy: 0)[1] == 0)
        #expect(balance.connectionCount(of: 1) == before)
    }
}
