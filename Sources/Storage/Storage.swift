import Changes
import Loyalty
import Metrics
import Posix

/// Where a server keeps its data. It is the one thing that knows which engine that is.
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

    /// Makes what one event loop reads and writes through. It goes to the loop's thread and stays there.
    func makeRepository() throws(StoreError) -> sending any Repository

    /// Makes what an event loop of the built-in accrual system reads and writes through; it is used as the result of
    /// ``makeRepository()`` is.
    func makeRewardRepository() throws(StoreError) -> sending any RewardRepository

    /// Makes what an event loop of the staff reads and writes through; it is used as the result of ``makeRepository()``
    /// is.
    func makeStaffRepository() throws(StoreError) -> sending any StaffRepository

    /// Makes what the workers of the pipeline ask the built-in accrual system through.
    func makeReceiptLookup() throws(StoreError) -> any ReceiptLookup

    /// Makes what the server is watched through; it is used as the result of ``makeRepository()`` is.
    func makeProbe() throws(StoreError) -> sending any StoreProbe

    /// Makes what the owner's commands read and write through, on one thread that may block.
    ///
    /// - Parameter cancellation: Ends reads that take long.
    func makeOwnerRepository(until cancellation: Cancellation) throws(StoreError) -> any OwnerRepository

    /// Makes what checks and copies the store as a whole, on one thread that may block.
    func makeMaintenance() throws(StoreError) -> sending any StoreMaintenance

    /// The repository of the accrual pipeline, for any thread.
    var settlements: any SettlementRepository { get }

    /// The changes that are committed from now on.
    var changes: any ChangeFeed { get }

    /// The lead among the servers that have the store open.
    var leadership: any Leadership { get }

    /// Connects the counts of attempts of the servers on the store; `nil` if there is one server.
    var attemptExchange: (any AttemptExchange)? { get }

    /// Removes expired sessions in the background from now on, until ``stop()``.
    func startSweepingSessions()

    /// The reason why writes are refused at this moment, in words; `nil` if none is known. If no client has tried for a
    /// while, none is known: otherwise a server that sends clients elsewhere for that reason would never see its end.
    var obstacle: String? { get }

    /// The reason, in sentences, for which an acknowledged write could be lost, such as a setting of the store's
    /// server, for which the server acknowledges none, such as a missing standby, or for which this can't be known;
    /// `nil` if there is none.
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
    /// As people write it, such as `SQLite`.
    package let name: String
    package let version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// The name of the version in documents and metrics, such as `sqlite_version`.
    package var versionKey: String { name.lowercased() + "_version" }
}
