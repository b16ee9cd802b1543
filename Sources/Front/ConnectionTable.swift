/// A loop's connections by token. A token names one connection for ever: an event that was reported for a connection which
/// has gone since finds nothing, even where its place was taken.
struct ConnectionTable<Connection: AnyObject> {
    private struct Slot {
        var connection: Connection?
        var generation: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    /// Makes a connection that knows its token.
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
        precondition(self[token] != nil, "a connection is removed once")
        let index = UInt32(token & 0xFFFF_FFFF)
        slots[Int(index)].connection = nil
        // The last generation is the loop's own, for what is no connection.
        slots[Int(index)].generation = (slots[Int(index)].generation + 1) % (UInt32.max - 1)
        free.append(index)
        count -= 1
    }

    /// Those of this moment, whatever is removed meanwhile.
    var all: some Sequence<Connection> { slots.lazy.compactMap(\.connection) }
}
