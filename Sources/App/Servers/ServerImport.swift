import Loyalty
import Posix
import PostgresStore
import SQLiteStore
import SharedStore
import Storage

/// An import into a database of PostgreSQL that has no tables yet.
///
/// A new file of SQLite takes the lines, finds their faults and makes the history of each user. A copy of it is then
/// written into the database and proved, in one transaction. The file is in a folder of its own, and is removed.
final class ServerImport: ShopImport {
    private let address: String
    private let cancellation: Cancellation
    private let folder: TemporaryFolder
    /// `nil` after its end, since it locks the file.
    private var file: (any ShopImport)?
    /// `nil` until the copy is written.
    private var target: PostgresCopyTarget?

    /// - Parameter address: as libpq takes it, with its secrets.
    init(address: String, at now: Timestamp, until cancellation: Cancellation) throws(StoreError) {
        (self.address, self.cancellation) = (address, cancellation)
        // A database that has tables is refused before the lines are read.
        try PostgresCopyTarget(address: address, until: cancellation).discard()
        let folder: TemporaryFolder
        do throws(SystemError) {
            folder = try TemporaryFolder(prefix: "martlet-import-")
        } catch {
            throw StoreError("A folder for the import can't be made below TMPDIR, or /tmp (\(error)).")
        }
        do throws(StoreError) {
            file = try SQLiteIdleStore(path: Self.path(in: folder)).openImport(at: now, until: cancellation)
        } catch {
            folder.remove()
            throw error
        }
        self.folder = folder
    }

    private static func path(in folder: TemporaryFolder) -> String { "\(folder.path)/import.db" }

    private var lines: any ShopImport {
        guard let file else { preconditionFailure("an import must not be used after it was applied") }
        return file
    }

    func add(_ record: ShopRecord, line: Int64) throws(StoreError) -> String? { try lines.add(record, line: line) }

    func findFaults(_ fault: (_ line: Int64, _ text: String) -> Void) throws(StoreError) {
        try lines.findFaults(fault)
    }

    func apply(
        hasPositions: Bool, progress: @escaping (MaintenanceStage) -> Void
    ) throws(StoreError) -> ImportReport {
        let report = try lines.apply(hasPositions: hasPositions, progress: progress)
        guard report.check.isPassed else { return report }
        try lines.commit()
        file = nil
        let check: CheckReport
        do throws(StoreError) {
            check = try writeCopy(progress)
        } catch {
            // After a stop, the error of the copy would speak of a copy, or of a step that failed because of the stop.
            throw cancellation.isCancelled ? .stoppedImport : error
        }
        // A second signal may end the process during the commit.
        folder.remove()
        return ImportReport(check: check, points: report.points, unfinished: report.unfinished)
    }

    private func writeCopy(_ progress: @escaping (MaintenanceStage) -> Void) throws(StoreError) -> CheckReport {
        let source = try SQLiteCopySource(path: Self.path(in: folder), until: cancellation)
        let target = try PostgresCopyTarget(address: address, until: cancellation)
        self.target = target
        return try StoreCopy(from: source, to: target, until: cancellation) { progress($0.asMaintenance) }.write()
    }

    func commit() throws(StoreError) {
        guard let target else { preconditionFailure("an import must be applied before it is committed") }
        try target.complete()
    }

    func discard() {
        target?.discard()
        file?.discard()
        folder.remove()
    }
}

extension CopyProgress {
    /// The progress of rows as that of pages, since messages show only percentages.
    fileprivate var asMaintenance: MaintenanceStage {
        switch self {
        case .copying(_, let done, let rows), .comparing(_, let done, let rows):
            .copying(pagesDone: Int(clamping: done), pages: Int(clamping: rows))
        case .checking(let stage): stage
        case .waiting, .indexing: .copying(pagesDone: 1, pages: 1)
        }
    }
}
