/// `host:port`, `:port` or `[v6]:port`.
package struct Address: Sendable, Equatable, CustomStringConvertible {
    /// A name, or an address without brackets; `nil` for every address of this machine.
    package let host: String?
    package let port: UInt16

    package init(host: String?, port: UInt16) {
        self.host = host
        self.port = port
    }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.isEmpty {
            self.init(host: nil, port: port)
        } else if host.first == "[" {
            guard host.last == "]", host.contains(":"), host.dropFirst().dropLast().allSatisfy(Self.isLiteral) else {
                return nil
            }
            self.init(host: String(host.dropFirst().dropLast()), port: port)
        } else {
            guard host.allSatisfy(Self.isName) else { return nil }
            self.init(host: String(host), port: port)
        }
    }

    package var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Returns the reason why a text is not an address to listen on, if it is a common mistake.
    static func hint(_ text: String) -> String? {
        if let fault = RefusedValue.fault(in: text) { return fault }
        if text.contains("://") { return "it has a scheme, such as http://" }
        if text.contains("@") { return "it has a user name or a password" }
        if text.contains("/") { return "it has a path" }
        if text.hasPrefix("*") { return "every address of this machine is :PORT" }
        guard let colon = text.lastIndex(of: ":") else {
            return text.allSatisfy(\.isNumber) ? "a port alone has a colon before it" : "it has no port"
        }
        let host = text[..<colon]
        if host.contains(":"), !host.hasPrefix("[") { return "an address of IPv6 has brackets" }
        return text[colon...].dropFirst().allSatisfy(\.isNumber) ? nil : "a port is a number"
    }

    package static func port(_ digits: Substring) -> UInt16? {
        digits.allSatisfy { $0.isASCII && $0.isNumber } ? UInt16(digits) : nil
    }

    private static func isName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
    }

    /// Digits, colons, dots, and the zone that may follow a percent (RFC 4007, section 11).
    private static func isLiteral(_ character: Character) -> Bool {
        isName(character) || character == ":" || character == "%"
    }
}
