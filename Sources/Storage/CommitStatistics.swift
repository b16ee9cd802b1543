import Metrics

/// The counts of a thread that commits writes, for other threads to read.
package final class CommitStatistics: Sendable {
    private let operations = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096])
    private let commits = Histogram.durations()

    package init() {}

    /// Takes note of a commit.
    ///
    /// - Parameter nanoseconds: The time from the beginning of the transaction until it was durable.
    package func note(operations count: Int, nanoseconds: Int64) {
        operations.observe(count)
        commits.observe(Int(nanoseconds))
    }

    /// - Parameters:
    ///   - waiting: The number of operations that wait now.
    ///   - waitingMax: The number of operations that may wait.
    package func write(to text: inout MetricsText, waiting: Int, waitingMax: Int) {
        text.gauge("martlet_writer_waiting_operations", "Writes that wait to be committed.", waiting)
        text.gauge("martlet_writer_waiting_operations_max", "Writes that may wait.", waitingMax)
        text.histogram("martlet_commit_operations", "Writes that were committed together.") {
            $0.add(operations.snapshot)
        }
        text.histogram(
            "martlet_commit_duration_seconds", "From the beginning of a transaction until it was on the disk."
        ) { $0.add(commits.snapshot) }
    }
}
