/// A loop's connections by token. A token is never reused: it contains an index and a generation, and the generation of
/// an index grows when its connection is removed. So an event for a connection that was removed in the meantime finds
/// nothing, even if another connection has the same index by now.
struct ConnectionTable<Connection: AnyObject> {
    private struct Slot {
        var connection: Connection?
        var generation: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    /// Adds the connection that `make` creates for a new token.
    mutating func insert(_ make: (_ token: UInt64) -> Connection) -> Connection {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(slots.count)
            slots.append(Slot())
        }
        let connection = make(UInt64(slots[Int(index)].generation) << 32 | UInt64(index))
        slots[Int(index)].connection = connection
        count += 1
        return connection
    }

    subscript(token: UInt64) -> Connection? {
        let index = Int(token & 0xFFFF_FFFF)
        guard index < slots.count, slots[index].generation == token >> 32 else { return nil }
        return slots[index].connection
    }

    mutating func remove(_ token: UInt64) {
        precondition(self[token] != nil, "token must name a connection of the table")
        let index = UInt32(token & 0xFFFF_FFFF)
        slots[Int(index)].connection = nil
        // The loop uses the last generation for the tokens of its listeners and of its wake-up descriptor.
        slots[Int(index)].generation = (slots[Int(index)].generation + 1) % (UInt32.max - 1)
        free.append(index)
        count -= 1
    }

    /// The connections at the time of the call. The caller may remove connections while it iterates.
    var all: some Sequence<Connection> { slots.lazy.compactMap(\.connection) }
}
