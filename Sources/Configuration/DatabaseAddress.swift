import Text

/// The address of a database on a server, which may contain a password. It prints without it.
package struct DatabaseAddress: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// The address with its secrets.
    package let text: String

    /// The schemes as libpq knows them.
    static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// Returns the fault of a text that has characters which no address has. libpq, which is loaded when a server
    /// starts, finds all other faults.
    static func fault(in text: String) -> String? {
        if text.unicodeScalars.contains(where: { $0.isUnprintable || $0.properties.isWhitespace }) {
            return "it has a space or a control character, which an address writes as % and two digits"
        }
        return text.unicodeScalars.contains("\u{FFFD}") ? "it is not UTF-8" : nil
    }

    package var description: String { RefusedValue.masked(text) }

    /// The places in the bytes of a text that may be the secrets of an address: everything between the first colon of
    /// its user and the last `@`, and the values of its parameters.
    package static func secrets(in bytes: [UInt8]) -> [Range<Int>] {
        guard let scheme = bytes.firstRange(of: "://".utf8), isAddressScheme(bytes[..<scheme.lowerBound]) else {
            return []
        }
        var secrets: [Range<Int>] = []
        let end = bytes.lastIndex(of: UInt8(ascii: "@")) ?? scheme.upperBound
        if let colon = bytes[scheme.upperBound..<end].firstIndex(of: UInt8(ascii: ":")) {
            secrets.append(colon + 1..<end)
        }
        for sign in bytes.indices[end...] where bytes[sign] == UInt8(ascii: "=") {
            let value = bytes[(sign + 1)...].prefix { $0 != UInt8(ascii: "&") }
            secrets.append(value.startIndex..<value.endIndex)
        }
        return secrets
    }

    /// An option may precede the scheme, as in `--database-uri=postgres://…`.
    private static func isAddressScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        ["postgres", "postgresql"].contains { bytes.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
