import Eventual
import Loyalty
import Postgres
import SharedStore
import Storage

extension PostgresStaffRepository {
    func customers(
        startingWith prefix: String, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<UserAccount>, LoyaltyError> {
        try read(isSnapshot: cursor != nil) { session throws(PostgresError) in
            try session.customers(startingWith: prefix, from: cursor, limit: limit)
        }
    }

    func customers(of number: OrderNumber) throws(LoyaltyError) -> Eventual<[UserAccount], LoyaltyError> {
        try read { session throws(PostgresError) in try session.customers(of: number) }
    }

    func customer(_ user: UserID) throws(LoyaltyError) -> Eventual<UserAccount?, LoyaltyError> {
        try read { session throws(PostgresError) in try session.customer(user) }
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerOrder>, LoyaltyError> {
        try read { session throws(PostgresError) in
            try session.customerOrders(of: user, from: cursor, limit: limit)
        }
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerWithdrawal>, LoyaltyError> {
        try read { session throws(PostgresError) in
            try session.customerWithdrawals(of: user, from: cursor, limit: limit)
        }
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<AnnotatedEntry>, LoyaltyError> {
        try read { session throws(PostgresError) in
            try session.annotatedLedger(of: user, from: cursor, limit: limit)
        }
    }

    func signIns(of user: UserID) throws(LoyaltyError) -> Eventual<CustomerSignIns, LoyaltyError> {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.signIns(of: user) }
    }

    func facts(of number: OrderNumber) throws(LoyaltyError) -> Eventual<NumberFacts, LoyaltyError> {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.facts(of: number) }
    }

    func actions(
        on user: UserID?, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<StaffAction>, LoyaltyError> {
        try read { session throws(PostgresError) in try session.actions(on: user, from: cursor, limit: limit) }
    }

    func staff() throws(LoyaltyError) -> Eventual<[StaffAccount], LoyaltyError> {
        try read { session throws(PostgresError) in try session.staff() }
    }

    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        try read { session throws(PostgresError) in try session.isRegistrationOpen() }
    }

    func figures(between bounds: [Timestamp]) throws(LoyaltyError) -> Eventual<[Figures], LoyaltyError> {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.figures(between: bounds) }
    }

    func leadersReport() throws(LoyaltyError) -> Eventual<LeadersReport?, LoyaltyError> {
        try read { session throws(PostgresError) in try session.leadersReport() }
    }
}

extension PostgresSession {
    func leadersReport() throws(PostgresError) -> LeadersReport? {
        try first(Lease.report) { row in
            LeadersReport(text: row.text(0).isEmpty ? nil : row.text(0), hasReceiptServer: row.integer(1) != 0)
        }
    }
}
