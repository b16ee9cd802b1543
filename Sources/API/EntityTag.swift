import HTTP
import Loyalty
import Storage

/// Names a state of what a user reads, as `ETag` has it: `W/"1b0d8e5f3a27c9461"`. Weak, since a packed answer and a plain one
/// have the same (RFC 9110, section 8.8.3).
struct EntityTag: Equatable {
    /// Which fields of a request the answer varies with. The tag tells it, as a 304 has to say so too, and nothing may have
    /// been read then to see it in.
    struct Variation: OptionSet {
        let rawValue: UInt64

        static let accept = Variation(rawValue: 1)
        static let acceptEncoding = Variation(rawValue: 2)
        private static let fields: [(Variation, name: String)] = [
            (.accept, "Accept"), (.acceptEncoding, "Accept-Encoding"),
        ]

        /// That of an answer.
        init(of response: Response) {
            let names = response["Vary"]?.split(separator: ", ") ?? []
            self.init(Self.fields.filter { names.contains(Substring($0.name)) }.map(\.0))
        }

        init(rawValue: UInt64) {
            self.rawValue = rawValue
        }

        /// As `Vary` has it; nil where there is none.
        var vary: String? {
            isEmpty ? nil : Self.fields.filter { contains($0.0) }.map(\.name).joined(separator: ", ")
        }
    }

    private static let stateDigits = 16

    /// What ``EntityTags`` made of all that the answer depends on.
    let state: UInt64
    let variation: Variation

    init(state: UInt64, variation: Variation) {
        (self.state, self.variation) = (state, variation)
    }

    /// From what stands between the quotes; nil where it is none of ours.
    init?(opaque text: ArraySlice<UInt8>) {
        guard text.count == Self.stateDigits + 1, let state = Self.number(text.prefix(Self.stateDigits)),
            let variation = Self.number(text.suffix(1))
        else { return nil }
        self.init(state: state, variation: Variation(rawValue: variation))
    }

    var text: String {
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

/// Makes the states that tags name; all event loops of a server make the same.
struct EntityTags: Sendable {
    /// Random at the start of the server: the next one counts its commits anew, and a number says another thing then.
    let epoch: UInt64

    /// Of an answer to a user whom a commit was the last to change. A hash, so that a tag tells nothing of how much others
    /// do. Its seed is the process's, which is as long as a tag has to live.
    func state(of key: AnswerCache.Key, changedBy commit: ReadVersion) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(epoch)
        hasher.combine(commit)
        hasher.combine(key.user)
        hasher.combine(key.route)
        hasher.combine(key.selection)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
