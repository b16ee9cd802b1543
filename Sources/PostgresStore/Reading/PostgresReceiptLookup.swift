import Loyalty
import Posix
import Postgres
import SharedStore
import Storage
import Synchronization

/// Reads the points of receipts, on any thread. The callers take turns at one connection: a read takes a fraction of a
/// millisecond, so that a connection for each worker would only cost the server more.
final class PostgresReceiptLookup: ReceiptLookup {
    private struct State {
        let reader: BlockingReader
        var failures: FailureLog
    }

    private let state: Mutex<State>

    init(connector: StoreConnector, log: Log) {
        state = Mutex(State(reader: BlockingReader(connector: connector), failures: FailureLog(log)))
    }

    func earned(by order: OrderNumber) throws(LoyaltyError) -> Points? {
        try state.withLock { state throws(LoyaltyError) in
            do throws(PostgresError) {
                let points = try state.reader.read { session throws(PostgresError) in try session.earned(by: order) }
                state.failures.noteConnection()
                return points
            } catch {
                state.failures.note(error)
                throw error.refusalOfRead
            }
        }
    }

    func close() {
        state.withLock { $0.reader.close() }
    }
}
