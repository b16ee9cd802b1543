import Loyalty

/// A ``BackoffTable`` for each width of ``NetworkBlock``. A network has to wait if it, or a block around it, has failed
/// too often.
///
/// Wider blocks have more free failures, because more strangers share them. Each table has its own bound, so a flood of
/// small blocks evicts no wide one.
struct BlockBackoff: Sendable {
    private struct Key: Hashable, Sendable {
        /// A hash of the login whose failures are counted, or 0 if all failures of the block are counted together.
        let subject: Int
        let block: NetworkBlock
    }

    private static let allowanceFactors = [1, 2, 4]
    private static let freePerHourMax = 3_600_000

    /// One table for each allowance factor.
    private var tables: [Int: BackoffTable<Key>]

    init(freePerHour: Int, burstMax: Int, delayMaxMilliseconds: Int64, keysMax: Int) {
        tables = [:]
        for factor in Self.allowanceFactors {
            tables[factor] = BackoffTable(
                freePerHour: min(freePerHour * factor, Self.freePerHourMax), burstMax: burstMax,
                delayMaxMilliseconds: delayMaxMilliseconds, keysMax: keysMax)
        }
    }

    /// Returns the milliseconds until the next attempt may begin from all of the blocks, or 0 if it may begin now.
    func wait(
        of subject: Int = 0, in blocks: some Sequence<NetworkBlock>, countsPending: Bool, now: Int64
    ) -> Int64 {
        blocks.reduce(0) { longest, block in
            let key = Key(subject: subject, block: block)
            return max(
                longest, tables[block.allowanceFactor]?.wait(for: key, countsPending: countsPending, now: now) ?? 0)
        }
    }

    mutating func begin(_ subject: Int = 0, in blocks: some Sequence<NetworkBlock>, now: Int64) {
        for block in blocks { tables[block.allowanceFactor]?.begin(Key(subject: subject, block: block), now: now) }
    }

    mutating func end(_ subject: Int = 0, in blocks: some Sequence<NetworkBlock>, counts: Bool, now: Int64) {
        for block in blocks {
            tables[block.allowanceFactor]?.end(Key(subject: subject, block: block), counts: counts, now: now)
        }
    }

    mutating func forget(_ subject: Int, in blocks: some Sequence<NetworkBlock>, now: Int64) {
        for block in blocks { tables[block.allowanceFactor]?.forget(Key(subject: subject, block: block), now: now) }
    }
}
