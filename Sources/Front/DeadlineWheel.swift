/// Deadlines by the tick in which they fall: setting one and letting it pass cost the same however many there are
/// (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", scheme 6).
struct DeadlineWheel {
    /// How late a deadline may be noticed.
    static let tickNanoseconds: Int64 = 100_000_000
    /// Ticks ahead that have a place of their own, 51 seconds. What is later waits in the last place and is looked at again
    /// when that comes.
    private static let slotCount = 512

    private var slots: [[UInt64]]
    private var count = 0
    /// The first tick that was not taken out yet.
    private var currentTick: Int64
    /// Nothing waits in a tick before this one: whoever looks for the first need not pass the empty ones each time.
    private var earliestTick = Int64.max

    init(now nanoseconds: Int64) {
        slots = Array(repeating: [], count: Self.slotCount)
        currentTick = nanoseconds / Self.tickNanoseconds
    }

    /// Enters a token for a moment and returns the tick in which it will come out: never before the moment, unless that
    /// is beyond the wheel.
    mutating func insert(_ token: UInt64, at nanoseconds: Int64) -> Int64 {
        let wanted = nanoseconds / Self.tickNanoseconds + 1
        let tick = min(max(wanted, currentTick), currentTick + Int64(Self.slotCount) - 1)
        slots[Int(tick % Int64(Self.slotCount))].append(token)
        count += 1
        earliestTick = min(earliestTick, tick)
        return tick
    }

    /// Takes out everything entered for ticks up to now.
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

    /// When the next token comes out; nil where there is none.
    mutating func nextNanoseconds() -> Int64? {
        guard count > 0 else {
            earliestTick = .max
            return nil
        }
        earliestTick = max(earliestTick, currentTick)
        while slots[Int(earliestTick % Int64(Self.slotCount))].isEmpty {
            earliestTick += 1
            precondition(earliestTick < currentTick + Int64(Self.slotCount), "every token has a slot")
        }
        return earliestTick * Self.tickNanoseconds
    }
}
