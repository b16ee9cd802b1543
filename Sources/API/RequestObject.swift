import JSON
import Loyalty

/// A request body that is a JSON object; what it lacks is said in a sentence that names the key.
struct RequestObject {
    private let object: JSONObject

    init(_ body: [UInt8]) throws(LoyaltyError) {
        let value: JSONValue
        do throws(JSONParser.SyntaxError) {
            value = try JSONParser.parse(body[...])
        } catch {
            throw .malformed("The body is not JSON: \(error.reason), at byte \(error.offset).")
        }
        guard let object = value.object else { throw .malformed("The body is not a JSON object.") }
        self.object = object
    }

    func string(_ name: String) throws(LoyaltyError) -> String {
        guard let text = object[name]?.string else { throw .malformed("\"\(name)\" is not a string.") }
        return text
    }

    /// An amount of points, from the number's exact decimal value. Throws ``LoyaltyError/malformed(_:)`` for what is no
    /// number, and ``LoyaltyError/sumInvalid(_:)`` for a number that is no amount.
    func points(_ name: String) throws(LoyaltyError) -> Points {
        guard let number = object[name]?.number else { throw .malformed("\"\(name)\" is not a number.") }
        do throws(JSONNumber.ScaleError) {
            return Points(hundredths: try number.scaled(places: 2))
        } catch {
            switch error {
            case .tooFine: throw .sumInvalid("\"\(name)\" has more than two decimal places.")
            case .outOfRange: throw .sumInvalid("\"\(name)\" is too large.")
            }
        }
    }
}
