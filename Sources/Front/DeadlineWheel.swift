/// A timing wheel: tokens in slots, by the tick in which their deadlines fall. Inserting and expiring a deadline cost
/// the same for any number of deadlines (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", scheme 6).
struct DeadlineWheel {
    /// The length of a tick, and so the longest delay with which a deadline is noticed.
    static let tickNanoseconds: Int64 = 100_000_000
    /// The number of ticks that have a slot, 51 seconds. A later deadline goes into the last slot, and the owner of the
    /// token inserts it again when that slot's tick has come.
    private static let slotCount = 512

    private var slots: [[UInt64]]
    private var count = 0
    /// The first tick whose tokens were not taken out.
    private var currentTick: Int64
    /// A lower bound of the first tick with tokens, so that ``nextNanoseconds()`` does not pass the same empty slots
    /// each time.
    private var earliestTick = Int64.max

    init(now nanoseconds: Int64) {
        slots = Array(repeating: [], count: Self.slotCount)
        currentTick = nanoseconds / Self.tickNanoseconds
    }

    /// Inserts a token and returns the tick in which it will come out. The tick does not come before `nanoseconds`,
    /// unless that time is beyond the last slot.
    mutating func insert(_ token: UInt64, at nanoseconds: Int64) -> Int64 {
        let wanted = nanoseconds / Self.tickNanoseconds + 1
        let tick = min(max(wanted, currentTick), currentTick + Int64(Self.slotCount) - 1)
        slots[Int(tick % Int64(Self.slotCount))].append(token)
        count += 1
        earliestTick = min(earliestTick, tick)
        return tick
    }

    /// Removes all tokens of the ticks up to `nanoseconds`, and calls `body` for each.
    mutating func advance(to nanoseconds: Int64, _ body: (_ token: UInt64, _ tick: Int64, inout DeadlineWheel) -> Void)
    {
        let last = nanoseconds / Self.tickNanoseconds
        while currentTick <= last, count > 0 {
            let tick = currentTick
            let index = Int(tick % Int64(Self.slotCount))
            let tokens = exchange(&slots[index], with: [])
            count -= tokens.count
            currentTick += 1
            for token in tokens { body(token, tick, &self) }
        }
        currentTick = max(currentTick, last + 1)
    }

    /// The time at which the next token comes out; `nil` if there is none.
    mutating func nextNanoseconds() -> Int64? {
        guard count > 0 else {
            earliestTick = .max
            return nil
        }
        earliestTick = max(earliestTick, currentTick)
        while slots[Int(earliestTick % Int64(Self.slotCount))].isEmpty {
            earliestTick += 1
            precondition(earliestTick < currentTick + Int64(Self.slotCount), "a slot must contain each counted token")
        }
        return earliestTick * Self.tickNanoseconds
    }
}
