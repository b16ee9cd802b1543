import Posix
import Storage

/// Copies a store into a new one, whatever the engines of both are: all of it or nothing.
///
/// 1. Every row is written, page by page, so that the memory in use does not grow with the store.
/// 2. Every row of the new store is read and compared with its source.
/// 3. The new store passes the check of its engine.
/// 4. No server has used the source meanwhile.
///
/// Only then do servers see the new store.
package struct StoreCopy {
    private let source: any CopySource
    private let target: any CopyTarget
    private let cancellation: Cancellation
    private let progress: (CopyProgress) -> Void

    /// - Parameters:
    ///   - cancellation: Ends the copy with an error.
    ///   - progress: Is called before each page and each rule.
    package init(
        from source: any CopySource, to target: any CopyTarget, until cancellation: Cancellation,
        progress: @escaping (CopyProgress) -> Void
    ) {
        (self.source, self.target) = (source, target)
        (self.cancellation, self.progress) = (cancellation, progress)
    }

    /// Copies the store. After an error, the target has been discarded.
    ///
    /// - Returns: what is in the new store.
    package func run() throws(StoreError) -> CheckReport.Counts {
        let report = try write()
        do throws(StoreError) {
            try target.complete()
        } catch {
            target.discard()
            throw error
        }
        return report.counts
    }

    /// Writes the copy and proves it. No server sees it before the target is complete. After an error, the target has
    /// been discarded.
    ///
    /// - Returns: the report of the new store's check, which it has passed.
    package func write() throws(StoreError) -> CheckReport {
        do throws(StoreError) {
            return try writeAndProve()
        } catch {
            target.discard()
            throw cancellation.isCancelled ? Self.stopped : error
        }
    }

    private func writeAndProve() throws(StoreError) -> CheckReport {
        var counts: [Int64] = []
        for table in StoredTable.all { counts.append(try source.rowCount(of: table)) }
        let rows = counts.reduce(0, +)
        try eachTable(rows, CopyProgress.copying) { table, noteRows throws(StoreError) in
            try copy(table, noteRows)
        }
        progress(.indexing)
        try requireGoing()
        try target.finishRows()
        let copied = try target.reader()
        try eachTable(rows, CopyProgress.comparing) { table, noteRows throws(StoreError) in
            let comparison = TableComparison(of: table, in: source, and: copied)
            guard let difference = try comparison.firstDifference(noteRows) else { return }
            throw StoreError("The copy differs from its source and is removed: \(difference).", isDamage: true)
        }
        let report = try target.check(until: cancellation) { progress(.checking($0)) }
        guard report.isPassed else {
            let faults = report.findings.filter { !$0.faults.isEmpty }.map(\.rule).joined(separator: "; ")
            throw StoreError(
                "The copy equals its source, but does not pass its check, and is removed. These rules are broken: "
                    + "\(faults).", isDamage: true)
        }
        try source.confirmIdle()
        try requireGoing()
        return report
    }

    private func copy(
        _ table: StoredTable, _ noteRows: (Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var page = try source.page(of: table, after: nil)
        while page.rowCount > 0 {
            try target.write(page)
            try noteRows(page.rowCount)
            guard !page.isLast, let key = page.lastKey else { return }
            page = try source.page(of: table, after: key)
        }
    }

    /// Runs `body` for each table, and reports the progress of all tables together.
    private func eachTable(
        _ rows: Int64, _ stage: @escaping (_ table: String, _ rowsDone: Int64, _ rows: Int64) -> CopyProgress,
        _ body: (StoredTable, (Int) throws(StoreError) -> Void) throws(StoreError) -> Void
    ) throws(StoreError) {
        var rowsDone: Int64 = 0
        for table in StoredTable.all {
            try requireGoing()
            progress(stage(table.name, rowsDone, rows))
            try body(table) { count throws(StoreError) in
                rowsDone += Int64(count)
                progress(stage(table.name, rowsDone, rows))
                try requireGoing()
            }
        }
    }

    private func requireGoing() throws(StoreError) {
        if cancellation.isCancelled { throw Self.stopped }
    }

    private static let stopped = StoreError("The copy was stopped, and nothing was copied.")
}
