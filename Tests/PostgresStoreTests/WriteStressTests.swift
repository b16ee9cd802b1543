import Loyalty
import Posix
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Several instances that write for the same users at the same time.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized)
struct WriteStressTests {
    private struct Tally {
        var accepted = 0
        var withdrawn: Int64 = 0
        var failures: [LoyaltyError] = []
    }

    private static let clientsPerLane = 16
    private static let stepsPerClient = 25

    @Test(arguments: [(1, 1), (20, 2)] as [(Int, UInt64)])
    func pointsAreConserved(userCount: Int, seed: UInt64) async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(userCount)
        let tally = try await TestLane.with(4, database) { lanes in
            try await withThrowingTaskGroup(of: Tally.self) { group in
                for (index, lane) in lanes.enumerated() {
                    for client in 0..<Self.clientsPerLane {
                        let random = SeededRandom(seed: seed * 1_000 + UInt64(index * 100 + client))
                        group.addTask { await Self.use(lane, users, random) }
                    }
                }
                return try await group.reduce(into: Tally()) { all, one in
                    all.accepted += one.accepted
                    all.withdrawn += one.withdrawn
                    all.failures += one.failures
                }
            }
        }
        // On a busy machine a write may be refused, and then nothing happened.
        #expect(tally.failures.filter { $0 == .failed } == [])
        #expect(try database.brokenRules() == [])
        #expect(try database.integer("SELECT count(*) FROM orders") == Int64(tally.accepted))
        #expect(try database.integer("SELECT sum(withdrawn)::int8 FROM balances") == tally.withdrawn)
    }

    /// Works as one client. All clients draw their numbers from the same few, so that all results happen.
    private static func use(_ lane: TestLane, _ users: [UserID], _ random: SeededRandom) async -> Tally {
        var random = random
        var tally = Tally()
        for _ in 0..<stepsPerClient {
            let user = users[Int.random(in: 0..<users.count, using: &random)]
            do throws(LoyaltyError) {
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<4:
                    let upload = try await lane.upload(.sample(.random(in: 0..<600, using: &random)), by: user)
                    if case .accepted(let id) = upload {
                        tally.accepted += 1
                        _ = try await lane.settle([
                            Settlement(
                                order: id,
                                verdict: .processed(Points(hundredths: .random(in: 0...200, using: &random))))
                        ])
                    }
                case 4..<8:
                    let sum = Int64.random(in: 1...80, using: &random)
                    let number = OrderNumber.sample(.random(in: 0..<1_500, using: &random))
                    if try await lane.spend(sum, for: number, by: user) == .withdrawn { tally.withdrawn += sum }
                case 8:
                    // Every instance may settle every order.
                    let orders = (0..<8).map { _ in
                        Settlement(
                            order: OrderID(rawValue: .random(in: 1...900, using: &random)),
                            verdict: Bool.random(using: &random) ? .processing : .processed(Points(hundredths: 7)))
                    }
                    _ = try await lane.settle(orders)
                default:
                    let (sum, number) = (
                        Int64.random(in: 1...9, using: &random),
                        OrderNumber.sample(.random(in: 0..<1_500, using: &random))
                    )
                    let now = lane.now
                    let result = try await lane.lane.converse { transaction throws(PostgresError) in
                        try transaction.withdraw(Points(hundredths: sum), for: number, of: user, at: now)
                    }
                    if result == .withdrawn { tally.withdrawn += sum }
                }
            } catch {
                tally.failures.append(error)
            }
        }
        return tally
    }
}
