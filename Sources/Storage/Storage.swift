import Changes
import Loyalty
import Metrics
import Posix

/// The place where a server keeps its data. It hides which engine that is.
///
/// A server opens a storage when it starts. Each event loop gets a repository of its own, the accrual pipeline gets
/// ``settlements``, the listeners of events get ``changes``, and each command of the owner opens an
/// ``OwnerRepository``. At the end each repository is closed on its thread, and then the storage is stopped.
package protocol Storage: Sendable {
    /// The name of the store in messages to the owner, such as the path of its file.
    var name: String { get }

    /// The path of the store's file, with every symbolic link followed; `nil` if the store is no file.
    var filePath: String? { get }

    /// The identity of the store, by which a health check recognizes the server that has it open; `nil` if it is
    /// unknown.
    var identity: String? { get }

    var engine: StoreEngine { get }

    /// A number that is a part of each entity tag, so that revisions of another store, or of another process, are not
    /// taken for this one's. `nil` if revisions belong to this process, which then chooses a number.
    var entityTagEpoch: UInt64? { get }

    /// Makes the repository of one event loop. It goes to the loop's thread and stays there.
    func makeRepository() throws(StoreError) -> sending any Repository

    /// Makes the repository of an event loop of the built-in accrual system; it is used like the result of
    /// ``makeRepository()``.
    func makeRewardRepository() throws(StoreError) -> sending any RewardRepository

    /// Makes the repository of an event loop of the staff; it is used like the result of ``makeRepository()``.
    func makeStaffRepository() throws(StoreError) -> sending any StaffRepository

    /// Makes the lookup by which the built-in accrual system answers the workers of the pipeline.
    func makeReceiptLookup() throws(StoreError) -> any ReceiptLookup

    /// Makes the probe for health checks and metrics; it is used like the result of ``makeRepository()``.
    func makeProbe() throws(StoreError) -> sending any StoreProbe

    /// Makes the repository of the owner's commands, for one thread that may block.
    ///
    /// - Parameter cancellation: Ends reads that take long.
    func makeOwnerRepository(until cancellation: Cancellation) throws(StoreError) -> any OwnerRepository

    /// Makes the object that checks and copies the store as a whole, for one thread that may block.
    func makeMaintenance() throws(StoreError) -> sending any StoreMaintenance

    /// The repository of the accrual pipeline, for any thread.
    var settlements: any SettlementRepository { get }

    /// The changes that are committed from now on.
    var changes: any ChangeFeed { get }

    /// The lead among the servers that have the store open.
    var leadership: any Leadership { get }

    /// Carries counted attempts among the servers on the store; `nil` if there can be only one server.
    var attemptExchange: (any AttemptExchange)? { get }

    /// Removes expired sessions in the background from now on, until ``stop()``.
    func startSweepingSessions()

    /// The reason why writes are refused at this moment, in words; `nil` if none is known. After a while without a
    /// write, none is known: if a load balancer kept clients away for that reason, the server would never see its end.
    var obstacle: String? { get }

    /// The reasons, in sentences, why an acknowledged write could be lost (such as a setting of the store's server),
    /// why no write is acknowledged (such as a missing standby), or why this can't be known; `nil` if there are none.
    var weakness: String? { get }

    /// The reason, in a sentence, for which Martlet makes no backups of the store; `nil` if it can make them.
    var backupRefusal: String? { get }

    /// True if another program removed or replaced a file of the store while it was open, so that acknowledged data may
    /// not be where the next start looks for it. Nothing is written any more.
    var hasFileFault: Bool { get }

    /// Takes names beside the store again that another program has removed, so that no second server opens it.
    func renewNames()

    func writeMetrics(_ text: inout MetricsText)

    /// Calls back, on any thread, once all writes that wait now are done.
    func whenReached(_ answer: @escaping @Sendable () -> Void)

    /// Takes no further writes, finishes those that wait, and closes the store. It blocks until then.
    func stop()
}

/// The engine that keeps a store.
package struct StoreEngine: Equatable, Sendable {
    /// The name as its makers write it, such as `SQLite`.
    package let name: String
    package let version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// The name of the version in documents and metrics, such as `sqlite_version`.
    package var versionKey: String { name.lowercased() + "_version" }
}
