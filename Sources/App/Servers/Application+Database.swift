import CommandLine
import Configuration
import Loyalty
import Owner
import Posix
import SQLiteStore
import Storage

extension Application {
    static func open(_ configuration: Configuration, _ log: Log) throws(StartError) -> any Storage {
        var limits = Writer.Limits()
        limits.queueCapacity = configuration.storage.writeQueueMax
        limits.batchOperationsMax = configuration.storage.batchMax
        limits.keptChangesMax = configuration.events.keptMax
        limits.unfinishedOrdersPerUserMax = configuration.orders.unfinishedPerUserMax
        do throws(StoreError) {
            let path = configuration.database.path
            // What root's server makes beside the database belongs to the database's owner; the writer's thread inherits that.
            let account = try DatabaseAccount.of(database: path, caller: Caller.current.id)
            return try FileAccount.acting(for: account) { () throws(StoreError) in
                try LoyaltyStore(path: path, limits: limits, clock: clock, log: log) {
                    // Nothing in memory can be trusted to be written; what was acknowledged is on the disk.
                    log.flush()
                    ProcessSetup.exitAtOnce(status: ExitStatus.inputOutput)
                }
            }
        } catch {
            throw StartError(description: "database_uri: \(error)", status: ExitStatus.unavailable)
        }
    }
}
