import Changes
import Loyalty
import Synchronization
import TestSupport
import Testing

@Suite struct ChangeLogTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_000)
    private static let first: Int64 = 1_700_000_000_000_001

    private static func log(capacity: Int) -> ChangeLog { ChangeLog(capacity: capacity, start: start) }

    /// A change with a number, to distinguish it from others.
    private static func change(_ number: Int, of user: Int64) -> Change {
        let points = Points(hundredths: Int64(number))
        return Change(.balance(Balance(current: points, withdrawn: .zero)), of: UserID(rawValue: user))
    }

    private static func id(_ offset: Int64) -> ChangeID { ChangeID(rawValue: first - 1 + offset) }

    @Test func idsGrowByOneFromTheStart() {
        let log = Self.log(capacity: 10)
        #expect(log.latest == Self.id(0))
        #expect(log.changes(after: log.latest) == [])
        log.publish([Self.change(1, of: 1), Self.change(2, of: 2)])
        log.publish([])
        log.publish([Self.change(3, of: 1)])
        #expect(log.changes(after: Self.id(0))?.map(\.id) == [1, 2, 3].map(Self.id))
        #expect(log.latest == Self.id(3))
    }

    /// The later process starts a millisecond after the other one, which had many changes meanwhile.
    @Test func idsOfAnEarlierProcessAreForeign() {
        let later = ChangeLog(capacity: 10, start: Self.start.advanced(byMilliseconds: 1))
        for offset in [0, 1, 999] { #expect(later.changes(after: Self.id(Int64(offset))) == nil) }
        #expect(Self.log(capacity: 10).latest < later.latest)
    }

    /// Changes may be missing after a restart, so each position from before is foreign, and those after it go on.
    @Test(arguments: [0, 1, 4, 5, 9])
    func aRestartedLogKnowsNoPositionFromBefore(changeCount: Int) {
        let log = Self.log(capacity: 4)
        let wakes = Mutex(0)
        let (_, position) = log.subscribe { wakes.withLock { $0 += 1 } }
        for number in 0..<changeCount { log.publish([Self.change(number, of: 1)], sessionEnds: [UserID(rawValue: 1)]) }
        log.restart(after: Self.id(1000))
        #expect(wakes.withLock { $0 } == changeCount + 1)
        for offset in [0, changeCount, 999] { #expect(log.changes(after: Self.id(Int64(offset))) == nil) }
        #expect(log.sessionEnds(after: position.sessionEnds) == nil)
        #expect(log.sessionEnds(after: position.sessionEnds + changeCount) == nil)
        let end = log.end
        #expect(end.change == Self.id(1000) && log.changes(after: end.change) == [])
        for number in 0..<changeCount { log.publish([Self.change(number, of: 2)], sessionEnds: [UserID(rawValue: 2)]) }
        #expect(log.latest == Self.id(1000 + Int64(changeCount)))
        #expect(log.sessionEnds(after: end.sessionEnds)?.count == changeCount)
        #expect((log.changes(after: end.change) != nil) == (changeCount <= 4))
    }

    /// After ten changes in a log with room for four: the positions from which a reader can resume, and the changes
    /// that it gets.
    @Test(arguments: -2...12)
    func aReaderResumesIfTheLogHoldsEverythingAfterItsPosition(offset: Int) {
        let log = Self.log(capacity: 4)
        let changes = (1...10).map { Self.change($0, of: Int64($0 % 3)) }
        for change in changes { log.publish([change]) }
        let expected = (6...10).contains(offset) ? Array(changes[offset...]) : nil
        let position = Self.id(Int64(offset))
        #expect(log.changes(after: position)?.map(\.change) == expected)
        for user in 0...3 {
            let user = UserID(rawValue: Int64(user))
            let found = log.changes(of: user, after: position, limit: 100).atOnce
            #expect(found?.changes.map(\.change) == expected?.filter { $0.user == user })
            #expect(found == nil || (found?.upTo == log.latest && found?.isWhole == true))
        }
    }

    @Test func subscribersAreWokenOncePerPublicationUntilTheyUnsubscribe() {
        let log = Self.log(capacity: 10)
        log.publish([Self.change(1, of: 1)])
        let calls = Calls()
        let (subscription, position) = log.subscribe { calls.add() }
        #expect(position == ChangePosition(change: Self.id(1), sessionEnds: 0))
        log.publish([Self.change(2, of: 1), Self.change(3, of: 2)])
        log.publish([])
        #expect(calls.count == 1)
        log.publish([], sessionEnds: [UserID(rawValue: 1)])
        #expect(calls.count == 2)
        log.unsubscribe(subscription)
        log.publish([Self.change(4, of: 1)])
        #expect(calls.count == 2)
    }

    /// Session ends take neither ids nor room: a client can resume, however many sessions have ended.
    @Test func sessionEndsTakeNoRoomFromChanges() {
        let log = Self.log(capacity: 2)
        log.publish([Self.change(1, of: 1), Self.change(2, of: 1)])
        let max = ChangeLog.sessionEndsKeptMax
        let users = (0..<max + 10).map { UserID(rawValue: Int64($0)) }
        log.publish([], sessionEnds: Array(users[..<max]))
        #expect(log.end == ChangePosition(change: Self.id(2), sessionEnds: max))
        #expect(log.sessionEnds(after: 0) == Array(users[..<max]))
        for user in users[max...] { log.publish([], sessionEnds: [user]) }
        #expect(log.changes(after: Self.id(0))?.count == 2)
        #expect(log.sessionEnds(after: 9) == nil)
        for count in [10, 11, max, max + 10] { #expect(log.sessionEnds(after: count) == Array(users[count...])) }
    }

    /// A read of the changes of all users returns no more than its limit.
    @Test func readsOfAllUsersHaveALimit() {
        let log = Self.log(capacity: 4)
        for number in 1...7 { log.publish([Self.change(number, of: Int64(number))]) }
        for (offset, limit, ids) in [(3, 2, 4...5), (3, 4, 4...7), (3, 9, 4...7), (6, 1, 7...7)] as [(Int64, Int, _)] {
            #expect(log.changes(after: Self.id(offset), limit: limit)?.map(\.id) == ids.map { Self.id(Int64($0)) })
        }
    }

    /// The position of a user's next change is found in 17 steps among 65,536, from any start.
    @Test(arguments: [0, 1, 2, 3, 4, 7, 8, 100, 65_535, 65_536])
    func aPositionIsFoundByBinarySearch(count: Int) {
        let stepsMax = Int.bitWidth - count.leadingZeroBitCount
        for start in [0, 1, count / 3, count / 2, count - 1, count] where (0...count).contains(start) {
            var steps = 0
            let index = (10..<10 + count).partitioningIndex { number in
                steps += 1
                return number >= 10 + start
            }
            #expect(index == 10 + start && steps <= stepsMax, "\(start): \(steps) steps")
        }
    }

    /// A reader with pages of any size gets, from any position, the same changes as a list of everything has.
    @Test(arguments: 0..<200)
    func pagesOfARandomRunAgreeWithAList(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacity = Int.random(in: 1...40, using: &random)
        let log = Self.log(capacity: capacity)
        var all: [Change] = []
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            let batch = (0..<Int.random(in: 0...8, using: &random)).map { index in
                Self.change(all.count + index, of: Int64.random(in: 0...4, using: &random))
            }
            log.publish(batch)
            all += batch
        }
        for offset in 0...all.count {
            let user = UserID(rawValue: Int64.random(in: 0...4, using: &random))
            let limit = Int.random(in: 1...5, using: &random)
            let read = Self.readAll(of: user, after: Self.id(Int64(offset)), limit: limit, in: log)
            let isKept = all.count - offset <= capacity
            #expect(read == (isKept ? all[offset...].filter { $0.user == user } : nil))
        }
    }

    /// Several readers read a page now and then, while the ring overwrites its oldest elements: each reader gets all
    /// changes of its user, or learns that some are gone, as soon as they are and no sooner.
    @Test(arguments: 0..<200)
    func slowReadersGetEveryChangeOrLearnThatSomeAreGone(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacity = Int.random(in: 1...60, using: &random)
        let log = Self.log(capacity: capacity)
        var all: [Change] = []
        var positions = [Int](repeating: 0, count: 6)
        for _ in 0..<400 {
            guard Int.random(in: 0..<3, using: &random) > 0 else {
                let batch = (0..<Int.random(in: 1...12, using: &random)).map { index in
                    // One user has most of the changes.
                    Self.change(all.count + index, of: max(0, Int64.random(in: -4...2, using: &random)))
                }
                log.publish(batch)
                all += batch
                continue
            }
            let reader = Int.random(in: positions.indices, using: &random)
            let user = UserID(rawValue: Int64(reader % 3))
            let limit = Int.random(in: 1...8, using: &random)
            let position = positions[reader]
            guard let found = log.changes(of: user, after: Self.id(Int64(position)), limit: limit).atOnce else {
                #expect(all.count - position > capacity, "nothing was gone")
                positions[reader] = all.count
                continue
            }
            #expect(all.count - position <= capacity, "something was gone")
            let missing = all.indices.filter { $0 >= position && all[$0].user == user }
            let expected = missing.prefix(limit)
            #expect(found.changes.map(\.change) == expected.map { all[$0] })
            #expect(found.changes.map(\.id) == expected.map { Self.id(Int64($0 + 1)) })
            #expect(found.isWhole == (missing.count <= limit))
            #expect(found.upTo == (found.isWhole ? log.latest : found.changes.last?.id))
            positions[reader] = Int(found.upTo.rawValue - Self.id(0).rawValue)
        }
    }

    private static func readAll(
        of user: UserID, after id: ChangeID, limit: Int, in log: ChangeLog
    ) -> [Change]? {
        var position = id
        var read: [Change] = []
        while let found = log.changes(of: user, after: position, limit: limit).atOnce {
            read += found.changes.map(\.change)
            position = found.upTo
            if found.isWhole { return read }
        }
        return nil
    }
}

/// Counts calls from any thread.
private final class Calls: Sendable {
    private let calls = Mutex(0)

    var count: Int { calls.withLock { $0 } }

    func add() { calls.withLock { $0 += 1 } }
}
