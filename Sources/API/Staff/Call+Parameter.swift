import Loyalty
import Web

extension Call {
    /// The value of the first parameter of the name in the query; `nil` if there is none.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/malformed(_:)`` if the value is not UTF-8: without it, a list would show
    ///   everything.
    func parameter(_ name: String) throws(LoyaltyError) -> String? {
        let value = request.parameter(name)
        guard value != nil || !request.parameters.contains(where: { $0.name.equals(name) }) else {
            throw .malformed("\"\(name)\" is not UTF-8.")
        }
        return value
    }
}
