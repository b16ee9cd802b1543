import Loyalty
import Posix
import Postgres
import SharedStore
import TestSupport
import Testing

@testable import PostgresStore

/// A receipt is corrected on one instance while its order is uploaded and settled on another: either the correction is
/// acknowledged and the order earns what it says, or it is refused and the order has earned what the receipt said.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct ReceiptRaceTests {
    private static let before = Points(hundredths: 100)
    private static let after = Points(hundredths: 250)

    private static let waiting = """
        SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()
        """

    /// Returns true if the correction was made.
    private static func correct(_ number: OrderNumber, on lane: TestLane) async throws -> Bool {
        let now = lane.now
        return try await lane.lane.converse(isExclusive: true) { transaction throws(PostgresError) in
            let applied = try transaction.apply(
                .correctReceipt(number, earning: after), by: Actor(system: "anna"), request: nil, at: now)
            guard case .now(let result) = applied else { throw .badValue("a result") }
            return result == .receipt(number, after)
        }
    }

    /// Uploads and settles an order with what its receipt says meanwhile.
    private static func settle(_ number: OrderNumber, of user: UserID, on lane: TestLane, _ database: TestDatabase)
        async throws
    {
        guard case .accepted(let id) = try await lane.upload(number, by: user) else { throw TestFailure("it is new") }
        let earned = try database.integer("SELECT earned FROM receipts WHERE order_number = '\(number.digits)'") ?? 0
        let settlement = Settlement(order: id, verdict: .processed(Points(hundredths: earned)))
        while true {
            do throws(LoyaltyError) {
                #expect(try await lane.settle([settlement]) == [])
                return
            } catch {
                // A busy machine. The pipeline settles again, too.
                guard case .unavailable = error else { throw error }
            }
        }
    }

    private static func add(_ number: OrderNumber, to database: TestDatabase) throws {
        try database.run("INSERT INTO receipts VALUES ('\(number.digits)', \(before.hundredths), 0)")
    }

    private static func expectAgreement(_ number: OrderNumber, isCorrected: Bool, _ database: TestDatabase) throws {
        let earned = (isCorrected ? after : before).hundredths
        let digits = number.digits
        #expect(try database.integer("SELECT accrual FROM orders WHERE number = '\(digits)'") == earned, "\(digits)")
        #expect(try database.integer("SELECT earned FROM receipts WHERE order_number = '\(digits)'") == earned)
        #expect(try database.integer("SELECT amount FROM ledger WHERE order_number = '\(digits)'") == earned)
    }

    /// The upload and the settlement fall between the correction's statements and its commit, which may wait for a
    /// standby.
    @Test func aSettlementDuringACorrectionCreditsTheCorrection() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        let number = OrderNumber.sample(1)
        try Self.add(number, to: database)
        try await TestLane.with(1, database) { lanes async throws in
            let session = PostgresSession(
                try database.connector().connect(.owner, until: TestDatabase.patience), until: TestDatabase.patience)
            try session.connection.runScript("BEGIN", until: TestDatabase.patience)
            let transaction = PostgresTransaction(session, unfinishedPerUserMax: 10)
            let applied = try transaction.apply(
                .correctReceipt(number, earning: Self.after), by: Actor(system: "anna"), request: nil,
                at: lanes[0].now)
            guard case .now(.receipt) = applied else { throw TestFailure("the order is not uploaded") }
            let isSettled = Flag()
            let settling = Task {
                defer { isSettled.set() }
                try await Self.settle(number, of: user, on: lanes[0], database)
            }
            try await eventually("the settlement has ended, or it waits for the correction") {
                if isSettled.isSet { return true }
                return try database.integer(Self.waiting) ?? 0 > 0
            }
            try transaction.writeNotes()
            try session.connection.runScript("COMMIT", until: TestDatabase.patience)
            try await settling.value
        }
        try Self.expectAgreement(number, isCorrected: true, database)
        #expect(try database.brokenRules() == [])
    }

    /// The answer is from before the correction. The other machine's clock is fast, or it has slept in between.
    @Test func anOldAnswerIsNotCreditedWhateverTheClocksSay() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        let number = OrderNumber.sample(1)
        try Self.add(number, to: database)
        try await TestLane.with(2, database) { lanes in
            guard case .accepted(let id) = try await lanes[0].upload(number, by: user) else {
                throw TestFailure("it is new")
            }
            let answer = Settlement(order: id, verdict: .processed(Self.before))
            #expect(try await Self.correct(number, on: lanes[0]))
            lanes[1].clock.advance(byMilliseconds: 3_600_000)
            #expect(try await lanes[1].settle([answer]) == [])
        }
        try Self.expectAgreement(number, isCorrected: true, database)
    }

    /// Corrections and settlements of many orders at the same moment, in any order of their statements.
    @Test func correctionsAndSettlementsAgree() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        let numbers = (1...40).map { OrderNumber.sample($0) }
        for number in numbers { try Self.add(number, to: database) }
        var correctedCount = 0
        try await TestLane.with(2, database) { lanes in
            for number in numbers {
                async let isCorrected = Self.correct(number, on: lanes[0])
                try await Self.settle(number, of: user, on: lanes[1], database)
                let corrected = try await isCorrected
                if corrected { correctedCount += 1 }
                try Self.expectAgreement(number, isCorrected: corrected, database)
            }
        }
        print("\(correctedCount) of \(numbers.count) receipts were corrected")
        #expect(try database.brokenRules() == [])
    }
}
