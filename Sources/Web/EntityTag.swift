import HTTP

/// Names a state of what a user reads, as `ETag` has it: `W/"1b0d8e5f3a27c9461"`. Weak, since a packed answer and a plain one
/// have the same (RFC 9110, section 8.8.3).
package struct EntityTag: Equatable {
    /// Which fields of a request the answer varies with. The tag tells it, as a 304 has to say so too, and nothing may have
    /// been read then to see it in.
    package struct Variation: OptionSet {
        package let rawValue: UInt64

        package static let accept = Variation(rawValue: 1)
        package static let acceptEncoding = Variation(rawValue: 2)
        private static let fields: [(Variation, name: String)] = [
            (.accept, "Accept"), (.acceptEncoding, "Accept-Encoding"),
        ]

        /// That of an answer.
        package init(of response: Response) {
            let names = response["Vary"]?.split(separator: ", ") ?? []
            self.init(Self.fields.filter { names.contains(Substring($0.name)) }.map(\.0))
        }

        package init(rawValue: UInt64) {
            self.rawValue = rawValue
        }

        /// As `Vary` has it; nil where there is none.
        package var vary: String? {
            isEmpty ? nil : Self.fields.filter { contains($0.0) }.map(\.name).joined(separator: ", ")
        }
    }

    private static let stateDigits = 16

    /// What ``EntityTags`` made of all that the answer depends on.
    package let state: UInt64
    package let variation: Variation

    package init(state: UInt64, variation: Variation) {
        (self.state, self.variation) = (state, variation)
    }

    /// From what stands between the quotes; nil where it is none of ours.
    package init?(opaque text: ArraySlice<UInt8>) {
        guard text.count == Self.stateDigits + 1, let state = Self.number(text.prefix(Self.stateDigits)),
            let variation = Self.number(text.suffix(1))
        else { return nil }
        self.init(state: state, variation: Variation(rawValue: variation))
    }

    package var text: String {
        let digits = String(state, radix: 16)
        let zeros = String(repeating: "0", count: Self.stateDigits - digits.count)
        return "W/\"\(zeros)\(digits)\(String(variation.rawValue, radix: 16))\""
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
