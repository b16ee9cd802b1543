import Loyalty
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Reads that travel together do not wait for those that run one by one.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct ReadOrderTests {
    /// Returns false if a flag is not set within the time that reads have. It keeps the thread of the reads.
    private static func waits(for flag: Flag) -> Bool {
        (try? eventually(within: Double(TestDatabase.patienceMilliseconds) / 1000) { flag.isSet }) != nil
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

    /// A client without an account may make these reads as often as it likes.
    @Test func theReadsOfASignInTravelTogether() async throws {
        let database = try TestDatabase()
        let user = try database.addUsers(1)[0]
        let (network, stranger) = (SignInPlace(bytes: [192, 0, 2, 1]), SignInPlace(bytes: [192, 0, 2, 2]))
        let device = SignInPlace(bytes: [UInt8](repeating: 7, count: SignInPlace.deviceByteCount))
        try database.run(
            """
            INSERT INTO registration VALUES (1, 0);
            INSERT INTO sign_in_places SELECT \(user.rawValue), place, 0 FROM unnest(ARRAY[
                decode('c0000201', 'hex'), decode(repeat('07', \(SignInPlace.deviceByteCount)), 'hex')]) AS place
            """)
        let login = try Login("user 1")
        let unknown = [try Login("nobody"), try Login("user 1\0")]
        try await ReadingFixture.with(database) { fixture in
            let reads: [ReadingFixture.Read<Bool>] = [
                { try await $0.credentials(of: login).get()?.user == user },
                { try await $0.credentials(of: unknown[0]).get() == nil },
                { try await $0.credentials(of: unknown[1]).get() == nil },
                {
                    let known = try await $0.signInPlaces(of: login, among: [stranger, device, network]).get()
                    return known == [device, network]
                },
                { try await $0.signInPlaces(of: login, among: []).get() == [] },
                { try await $0.signInPlaces(of: unknown[0], among: [network]).get() == [] },
                { try await $0.signInPlaces(of: unknown[1], among: [network]).get() == [] },
                { try await $0.profile(of: user).get()?.login == login },
                { try await $0.profile(of: UserID(rawValue: -1)).get() == nil },
                { try await $0.isRegistrationOpen().get() == false },
            ]
            let ends = reads.map { _ in Flag() }
            let noted = zip(reads, ends).map { read, end -> ReadingFixture.Read<Bool> in
                { repository in
                    defer { end.set() }
                    return try await read(repository)
                }
            }
            let held: ReadingFixture.Read<Bool> = { _ in
                try await fixture.reads.read { _ in
                    ends.map { Self.waits(for: $0) } == [Bool](repeating: true, count: ends.count)
                }
            }
            let results = try await fixture.atOnce([held] + noted)
            #expect(try results.map { try $0.get() } == [Bool](repeating: true, count: reads.count + 1))
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
            #expect(try await results.value.map { try $0.get() } == [Bool](repeating: true, count: count))
            #expect(fixture.lane.waitingCount == 0)
        }
    }
}
