import Eventual

extension Eventual {
    /// The value of a store that reads at once.
    package var atOnce: Value {
        guard case .now(let value) = self else { preconditionFailure("the value must be there at once") }
        return value
    }
}
