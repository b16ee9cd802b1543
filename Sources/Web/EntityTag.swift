import HTTP

/// The name of a state of a response, as `ETag` has it: `W/"1b0d8e5f3a27c9461"`. It is weak, since a packed and a plain
/// response have the same (RFC 9110, section 8.8.3).
package struct EntityTag: Equatable {
    /// The fields of a request on which the response depends. They are part of the tag: a 304 has to name them as well,
    /// and is sent without a read that would tell them.
    package struct Variation: OptionSet {
        package let rawValue: UInt64

        package static let accept = Variation(rawValue: 1)
        package static let acceptEncoding = Variation(rawValue: 2)
        private static let fields: [(Variation, name: String)] = [
            (.accept, "Accept"), (.acceptEncoding, "Accept-Encoding"),
        ]

        /// The variation that a response names.
        package init(of response: Response) {
            let names = response["Vary"]?.split(separator: ", ") ?? []
            self.init(Self.fields.filter { names.contains(Substring($0.name)) }.map(\.0))
        }

        package init(rawValue: UInt64) {
            self.rawValue = rawValue
        }

        /// The value of `Vary`; `nil` if there is no variation.
        package var vary: String? {
            isEmpty ? nil : Self.fields.filter { contains($0.0) }.map(\.name).joined(separator: ", ")
        }
    }

    private static let stateDigits = 16
    /// A tag whose digits are all zero.
    private static let template = Array("W/\"\(String(repeating: "0", count: stateDigits + 1))\"".utf8)
    private static let stateStart = 3

    /// The number that ``EntityTags`` made of everything on which the response depends.
    package let state: UInt64
    package let variation: Variation

    package init(state: UInt64, variation: Variation) {
        (self.state, self.variation) = (state, variation)
    }

    /// Reads the text between the quotes; returns `nil` if the server does not write such tags.
    package init?(opaque text: ArraySlice<UInt8>) {
        guard text.count == Self.stateDigits + 1, let state = Self.number(text.prefix(Self.stateDigits)),
            let variation = Self.number(text.suffix(1))
        else { return nil }
        self.init(state: state, variation: Variation(rawValue: variation))
    }

    package var text: String {
        // Written into place, since nearly every response to a customer has a tag.
        var text = Self.template
        for place in 0..<Self.stateDigits {
            text[Self.stateStart + place] = Self.digit(state >> UInt64(4 * (Self.stateDigits - 1 - place)))
        }
        text[Self.stateStart + Self.stateDigits] = Self.digit(variation.rawValue)
        return String(decoding: text, as: UTF8.self)
    }

    /// The hexadecimal digit of the lowest four bits.
    private static func digit(_ number: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: number) & 0xF
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
