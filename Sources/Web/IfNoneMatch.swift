import HTTP

/// The states that a client has already; it wants the response only if the current state is another (RFC 9110, section
/// 13.1.2).
///
/// The tags are read in one pass and without a copy. Their number is limited by the size of a head.
package struct IfNoneMatch {
    private let lines: [ArraySlice<UInt8>]

    /// Returns `nil` if the request has no such condition.
    package init?(_ headers: Headers) {
        guard headers[.ifNoneMatch] != nil else { return nil }
        lines = headers.all(.ifNoneMatch)
    }

    /// True for `*`: the client wants no response if there is any state at all.
    package var isAny: Bool { lines.count == 1 && lines[0].equals("*") }

    /// The client's tag that names the state, by weak comparison (RFC 9110, section 8.8.3.2); `nil` if there is none.
    package func tag(of state: UInt64) -> EntityTag? {
        for line in lines {
            if let tag = Self.tag(of: state, in: line) { return tag }
        }
        return nil
    }

    /// Reads a list such as `W/"…", "…"`. It ends at the first element that is not a tag.
    private static func tag(of state: UInt64, in line: ArraySlice<UInt8>) -> EntityTag? {
        let quote = UInt8(ascii: "\"")
        var rest = line[...]
        while true {
            rest = rest.drop { $0 == UInt8(ascii: ",") || isWhiteSpace($0) }
            if rest.prefix(2).equals("W/") { rest = rest.dropFirst(2) }
            guard rest.first == quote, let end = rest.dropFirst().firstIndex(of: quote) else { return nil }
            let opaque = rest[..<end].dropFirst()
            rest = rest[(end + 1)...].drop(while: isWhiteSpace)
            guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
            if let tag = EntityTag(opaque: opaque), tag.state == state { return tag }
        }
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
