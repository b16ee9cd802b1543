import Eventual
import Loyalty
import SQLite
import SharedStore
import Storage

extension SQLiteStaffRepository {
    func customers(
        startingWith prefix: String, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<UserAccount>, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.customers(startingWith: prefix, from: cursor, limit: limit)
        }
    }

    func customers(of number: OrderNumber) throws(LoyaltyError) -> Eventual<[UserAccount], LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.customers(of: number) }
    }

    func customer(_ user: UserID) throws(LoyaltyError) -> Eventual<UserAccount?, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.customer(user) }
    }

    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerOrder>, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.customerOrders(of: user, from: cursor, limit: limit) }
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<CustomerWithdrawal>, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.customerWithdrawals(of: user, from: cursor, limit: limit) }
    }

    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<AnnotatedEntry>, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.annotatedLedger(of: user, from: cursor, limit: limit) }
    }

    func signIns(of user: UserID) throws(LoyaltyError) -> Eventual<CustomerSignIns, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.signIns(of: user) }
    }

    func facts(of number: OrderNumber) throws(LoyaltyError) -> Eventual<NumberFacts, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.facts(of: number) }
    }

    func actions(
        on user: UserID?, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<StaffAction>, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.actions(on: user, from: cursor, limit: limit) }
    }

    func staff() throws(LoyaltyError) -> Eventual<[StaffAccount], LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.staff() }
    }

    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.isRegistrationOpen() }
    }

    func figures(between bounds: [Timestamp]) throws(LoyaltyError) -> Eventual<[Figures], LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.figures(between: bounds) }
    }

    func leadersReport() -> Eventual<LeadersReport?, LoyaltyError> { .now(nil) }
}
