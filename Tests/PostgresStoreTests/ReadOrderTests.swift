import Loyalty
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Reads that travel together do not wait for those that run one by one.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct ReadOrderTests {
    /// Returns false if a flag is not set within some seconds, which keeps the thread of the reads.
    private static func waits(for flag: Flag) -> Bool {
        (try? eventually(within: 10) { flag.isSet }) != nil
    }

    /// A read of a balance that sets a flag when it is answered.
    private static func balance(of user: UserID, setting flag: Flag) -> ReadingFixture.Read<Bool> {
        return { repository in
            _ = try await repository.balance(of: user).get()
            flag.set()
            return true
        }
    }

    @Test func aBalanceIsAnsweredBeforeASlowReadOfItsTurn() async throws {
        let database = try TestDatabase()
        let user = try database.addUsers(1)[0]
        try await ReadingFixture.with(database) { fixture in
            let isAnswered = Flag()
            let reads: [ReadingFixture.Read<Bool>] = [
                { _ in try await fixture.reads.read { _ in Self.waits(for: isAnswered) } },
                Self.balance(of: user, setting: isAnswered),
            ]
            let results = try await fixture.atOnce(reads)
            #expect(try results.map { try $0.get() } == [true, true])
        }
    }

    @Test func aBalanceIsAnsweredBeforeManySlowReadsThatWaitLonger() async throws {
        let database = try TestDatabase()
        let user = try database.addUsers(1)[0]
        try await ReadingFixture.with(database) { fixture in
            let (isPut, isAnswered) = (Flag(), Flag())
            let count = 4 * ReadLoop.sessionReadsPerRoundMax
            let slow = (0..<count).map { index -> ReadingFixture.Read<Bool> in
                { _ in
                    try await fixture.reads.read { _ in
                        // The first is held until the balance waits, and the last until that is answered.
                        index == 0 ? Self.waits(for: isPut) : index < count - 1 || Self.waits(for: isAnswered)
                    }
                }
            }
            let results = Task { try await fixture.atOnce(slow) }
            try await eventually { fixture.lane.waitingCount == count }
            let answer = Task { try await fixture.onLoop(Self.balance(of: user, setting: isAnswered)) }
            try await eventually { fixture.lane.waitingCount == count + 1 }
            isPut.set()
            #expect(try await answer.value)
            // On a busy machine, the time of some of the slow reads may be over.
            _ = try await results.value
            #expect(fixture.lane.waitingCount == 0)
        }
    }
}
