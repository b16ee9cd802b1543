import JSON
import Loyalty
import Text

/// The fault of a line, as a phrase.
struct LineFault: Error {
    let text: String
    /// The id of the user whom the line was to add; `nil` for other lines, and if the id can't be read.
    let user: String?

    init(_ text: String, user: String? = nil) {
        (self.text, self.user) = (text, user)
    }
}

/// The members of a line, read by their names. A member that the line's kind does not have is refused, so that a
/// misspelled one is not lost.
struct LineFields {
    private let object: JSONObject
    private var namesRead: [String] = []

    /// A line has far fewer values.
    private static let valuesMax = 64
    /// The characters of a text that a message shows.
    private static let charactersShownMax = 40

    init(_ bytes: ArraySlice<UInt8>) throws(LineFault) {
        // The white space of JSON in a line. A file of Windows has a CR before each line's end.
        let isBlank = bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        guard !isBlank else { throw LineFault("the line is empty") }
        let value: JSONValue
        do throws(JSONParser.SyntaxError) {
            value = try JSONParser.parse(bytes, valuesMax: Self.valuesMax)
        } catch {
            throw LineFault("it is not JSON: \(error.reason), at byte \(error.offset + 1)")
        }
        guard let object = value.object else { throw LineFault("it is not a JSON object") }
        self.object = object
    }

    /// Refuses members that were not read.
    func end() throws(LineFault) {
        for member in object.members where !namesRead.contains(member.name) {
            throw LineFault("a line of its type has no \(Self.shown(member.name))")
        }
    }

    /// The value of a member; `nil` if it is missing or null.
    private mutating func value(_ name: String) -> JSONValue? {
        namesRead.append(name)
        let value = object[name]
        return value == .null ? nil : value
    }

    private mutating func needed<Value>(_ name: String, _ value: Value?) throws(LineFault) -> Value {
        guard let value else { throw LineFault("it has no \"\(name)\"") }
        return value
    }

    static func shown(_ text: String) -> String { text.quoted(charactersMax: charactersShownMax) }

    mutating func optionalText(_ name: String) throws(LineFault) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw LineFault("\"\(name)\" is not a string") }
        return text
    }

    mutating func text(_ name: String) throws(LineFault) -> String { try needed(name, try optionalText(name)) }

    /// A text, or a whole number as its digits.
    mutating func key(_ name: String) throws(LineFault) -> String {
        let value = try needed(name, value(name))
        if let text = value.string, (1...ShopLine.keyBytesMax).contains(text.utf8.count) { return text }
        if let number = value.number, let digits = Self.digits(number) { return digits }
        throw LineFault("\"\(name)\" is neither a string of 1 to \(ShopLine.keyBytesMax) bytes nor a whole number")
    }

    mutating func orderNumber(_ name: String) throws(LineFault) -> OrderNumber {
        let value = try needed(name, value(name))
        guard let digits = value.string ?? value.number.flatMap(Self.digits) else {
            throw LineFault("\"\(name)\" is not an order number")
        }
        do throws(OrderNumber.ParseError) {
            return try OrderNumber(parsing: digits.utf8)
        } catch {
            let fault =
                error == .checkDigit
                ? "the check digit of \"\(name)\" is wrong (Luhn)"
                : "\"\(name)\" is not an order number of 1 to \(OrderNumber.digitsMax) digits"
            throw LineFault("\(fault): \(Self.shown(digits))")
        }
    }

    private static func digits(_ number: JSONNumber) -> String? {
        number.literal.utf8.allSatisfy { (0x30...0x39).contains($0) } ? number.literal : nil
    }

    /// Points with at most two decimals. The error of a floating-point number beyond them is rounded away.
    ///
    /// - Parameter max: the limit of the number of points, above and below zero.
    mutating func optionalPoints(
        _ name: String, max: Points = Points(hundredths: .max)
    ) throws(LineFault) -> Points? {
        guard let value = value(name) else { return nil }
        guard let number = value.number else { throw LineFault("\"\(name)\" is not a number") }
        do throws(JSONNumber.ScaleError) {
            let points = Points(hundredths: try number.scaledToNearest(places: 2))
            guard points.hundredths.magnitude <= max.hundredths.magnitude else { throw .outOfRange }
            return points
        } catch {
            throw LineFault(
                error == .tooFine ? "\"\(name)\" has more than two decimals" : "\"\(name)\" is more than \(max) points")
        }
    }

    /// A sum above zero.
    mutating func sum(_ name: String) throws(LineFault) -> Points {
        let points = try needed(name, try optionalPoints(name))
        guard points > .zero else { throw LineFault("\"\(name)\" is not above zero") }
        return points
    }

    /// Points of any sign, but not zero.
    mutating func change(_ name: String) throws(LineFault) -> Points {
        let points = try needed(name, try optionalPoints(name))
        guard points != .zero else { throw LineFault("\"\(name)\" is zero") }
        return points
    }

    /// The sum of a balance, which is not below zero.
    mutating func balance(_ name: String) throws(LineFault) -> Points {
        let value = try needed(name, value(name))
        guard let number = value.number, let hundredths = try? number.scaledToNearest(places: 2), hundredths >= 0 else {
            throw LineFault("\"\(name)\" is not a number of points from zero, with at most two decimals")
        }
        return Points(hundredths: hundredths)
    }

    mutating func optionalTime(_ name: String) throws(LineFault) -> Timestamp? {
        guard let text = try optionalText(name) else { return nil }
        guard let time = Timestamp(rfc3339: text.utf8) else {
            throw LineFault(
                "\"\(name)\" is not a time of RFC 3339 with an offset, from 1970 to 9999: \(Self.shown(text))")
        }
        return time
    }

    mutating func time(_ name: String) throws(LineFault) -> Timestamp { try needed(name, try optionalTime(name)) }

    mutating func optionalCount(_ name: String) throws(LineFault) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let number = value.number, let count = try? number.scaled(places: 0), count >= 0 else {
            throw LineFault("\"\(name)\" is not a whole number from zero")
        }
        return count
    }

    mutating func flag(_ name: String) throws(LineFault) -> Bool {
        switch value(name) {
        case nil: return false
        case .bool(let flag): return flag
        default: throw LineFault("\"\(name)\" is neither true nor false")
        }
    }
}
