/// A connection's turn to make a part of a response's body. Making one is costly, so the connections of a loop take
/// turns.
enum PartTurn: Hashable {
    case none, waitsForTurn, hasTurn

    /// Returns true, once, if the connection has its turn. Otherwise the connection waits for it.
    mutating func take() -> Bool {
        let hasTurn = self == .hasTurn
        self = hasTurn ? .none : .waitsForTurn
        return hasTurn
    }

    /// The connection is to make a part when its turn comes.
    mutating func wait() {
        self = .waitsForTurn
    }

    /// The turn of the connection has come, if it waits for one.
    mutating func grant() {
        if self == .waitsForTurn { self = .hasTurn }
    }
}
