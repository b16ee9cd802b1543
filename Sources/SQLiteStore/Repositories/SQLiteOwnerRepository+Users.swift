import Loyalty
import SQLite
import SharedStore
import Storage

extension SQLiteOwnerRepository {
    func users(after user: UserID?, limit: Int) throws(StoreError) -> [UserAccount] {
        try read { database throws(SQLiteError) in try database.shared.users(after: user, limit: limit) }
    }

    func user(_ user: UserSelector, entries limit: Int) throws(StoreError) -> UserDetails? {
        try read { database throws(SQLiteError) in try database.shared.details(of: user, entries: limit) }
    }

    func use(of number: OrderNumber) throws(StoreError) -> NumberUse {
        try read { database throws(SQLiteError) in try database.shared.use(of: number) }
    }

    func passwordHashKinds(otherThan kind: PasswordHash.Kind) throws(StoreError) -> Set<PasswordHash.Kind> {
        try read { database throws(SQLiteError) in try database.shared.passwordHashKinds(otherThan: kind) }
    }

    /// Reads all of the tables.
    func statistics() throws(StoreError) -> Statistics {
        try read { database throws(SQLiteError) in
            try database.execute("BEGIN")
            defer { try? database.execute("ROLLBACK") }
            return try database.shared.statistics()
        }
    }
}
