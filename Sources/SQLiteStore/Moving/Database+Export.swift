import Loyalty
import Posix
import SQLite
import SharedStore
import Storage

extension Database {
    /// Reads the shop in one state of it. The connection is used for nothing else meanwhile.
    func exportShop(
        _ login: Login?, path: String, until cancellation: Cancellation, _ record: (ShopRecord) -> Bool
    ) throws(StoreError) -> Bool {
        interruptStatements { cancellation.isCancelled }
        do throws(SQLiteError) {
            // The first read takes the snapshot.
            try execute("BEGIN; SELECT count(*) FROM sqlite_schema")
            defer { try? execute("ROLLBACK") }
            return try shared.exportShop(login) { !cancellation.isCancelled && record($0) }
        } catch {
            throw StoreError(
                error.isInterrupted ? "The export was stopped." : "The database \(path) can't be read: \(error).",
                isDamage: error.isDamage)
        }
    }
}
