import HTTP

/// "Only where it is none of these": the states that a client has already (RFC 9110, section 13.1.2).
///
/// Read in one pass and without a copy, however many tags there are; a head's size is their limit.
package struct IfNoneMatch {
    private let lines: [ArraySlice<UInt8>]

    /// Nil where the request has no such condition.
    package init?(_ headers: Headers) {
        guard headers[.ifNoneMatch] != nil else { return nil }
        lines = headers.all(.ifNoneMatch)
    }

    /// `*`: not where there is anything at all.
    package var isAny: Bool { lines.count == 1 && lines[0].equals("*") }

    /// The client's tag that names the state, compared weakly (section 8.8.3.2).
    package func tag(of state: UInt64) -> EntityTag? {
        for line in lines {
            if let tag = Self.tag(of: state, in: line) { return tag }
        }
        return nil
    }

    /// `W/"…", "…"`. Whatever stands behind something else says nothing.
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
