import JSON
import Loyalty

/// A request body that is a JSON object. A sentence that names the key says what is missing or wrong.
struct RequestObject {
    private let object: JSONObject

    /// The most JSON values of a body with a few members. It leaves room for members that the server ignores.
    private static let valuesMax = 256

    /// A byte order mark before the object is ignored, as RFC 8259, section 8.1 permits.
    init(_ body: [UInt8], valuesMax: Int = RequestObject.valuesMax) throws(LoyaltyError) {
        let document = body[...].withoutByteOrderMark
        // A value of another kind is refused before it is parsed.
        guard Self.mayBeginObject(document) else { throw .malformed("The body is not a JSON object.") }
        let value: JSONValue
        do throws(JSONParser.SyntaxError) {
            value = try JSONParser.parse(document, valuesMax: valuesMax)
        } catch {
            let offset = document.startIndex + error.offset
            throw .malformed("The body is not JSON: \(error.reason), at byte \(offset).")
        }
        guard let object = value.object else { throw .malformed("The body is not a JSON object.") }
        self.object = object
    }

    /// Returns false if the body begins as a JSON value of another kind.
    private static func mayBeginObject(_ body: ArraySlice<UInt8>) -> Bool {
        guard let first = body.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) else { return true }
        return ![UInt8(ascii: "["), UInt8(ascii: "\"")].contains(first)
    }

    private init(_ object: JSONObject) {
        self.object = object
    }

    /// An array of objects.
    func objects(_ name: String) throws(LoyaltyError) -> [RequestObject] {
        guard let values = object[name]?.array else { throw .malformed("\"\(name)\" is not an array.") }
        var objects: [RequestObject] = []
        objects.reserveCapacity(values.count)
        for value in values {
            guard let object = value.object else {
                throw .malformed("\"\(name)\" has something that is not an object.")
            }
            objects.append(RequestObject(object))
        }
        return objects
    }

    /// Returns true if there is such a member, and it is not `null`.
    func has(_ name: String) -> Bool {
        guard let value = object[name] else { return false }
        return value != .null
    }

    func bool(_ name: String) throws(LoyaltyError) -> Bool {
        guard case .bool(let value)? = object[name] else { throw .malformed("\"\(name)\" is neither true nor false.") }
        return value
    }

    /// The pattern of a text that ``storableText(_:)`` takes, for the description of the API.
    static let textPattern = "^[^\\u0000]+$"

    /// A text that is to be stored. Not every store can keep U+0000, so it is refused.
    func storableText(_ name: String) throws(LoyaltyError) -> String {
        let text = try string(name)
        guard !text.utf8.contains(0) else { throw .malformed("\"\(name)\" has the character U+0000.") }
        return text
    }

    func string(_ name: String) throws(LoyaltyError) -> String {
        guard let text = object[name]?.string else { throw .malformed("\"\(name)\" is not a string.") }
        return text
    }

    /// An amount of points, from the exact decimal value of the number. The value may be a millionth of a hundredth
    /// off: clients that calculate with floating-point numbers send `0.30000000000000004` for 0.3.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)`` if the member is not a number, and ``LoyaltyError/sumInvalid(_:)`` if
    ///   the number is not an amount.
    func points(_ name: String) throws(LoyaltyError) -> Points {
        let value = object[name]
        // A number in a string counts as the number: clients with types for exact decimals write them so.
        guard let number = value?.number ?? value?.string.flatMap({ JSONNumber(text: $0) }) else {
            throw .malformed("\"\(name)\" is not a number.")
        }
        do throws(JSONNumber.ScaleError) {
            return Points(hundredths: try number.scaledToNearest(places: 2))
        } catch {
            switch error {
            case .tooFine: throw .sumInvalid("\"\(name)\" has more than two decimal places.")
            case .outOfRange: throw .sumInvalid("\"\(name)\" is too large.")
            }
        }
    }

    /// A number times 10^`places`.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)`` if the member is not a number, or if the result is not a whole number
    ///   that fits the type.
    func decimal<Value: FixedWidthInteger>(_ name: String, places: Int) throws(LoyaltyError) -> Value {
        guard let number = object[name]?.number else { throw .malformed("\"\(name)\" is not a number.") }
        do throws(JSONNumber.ScaleError) {
            if let value = Value(exactly: try number.scaledWide(places: places)) { return value }
        } catch {
            if error == .tooFine { throw .malformed("\"\(name)\" has more than \(places) decimal places.") }
        }
        throw .malformed("\"\(name)\" is too large.")
    }
}

extension ArraySlice<UInt8> {
    /// The bytes without a byte order mark of UTF-8, which editors and some programs put at the start of a text.
    var withoutByteOrderMark: ArraySlice<UInt8> {
        starts(with: [0xEF, 0xBB, 0xBF]) ? dropFirst(3) : self
    }
}
