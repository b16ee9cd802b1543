/// `host:port`, `:port` or `[v6]:port`.
struct Address: Sendable, Equatable, CustomStringConvertible {
    /// A name or an address without brackets; nil is every address of this machine.
    let host: String?
    let port: UInt16

    init(host: String?, port: UInt16) {
        self.host = host
        self.port = port
    }

    init?(_ text: String) {
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

    var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// What is wrong with a text that is no address to listen on, if that is a common mistake.
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

    static func port(_ digits: Substring) -> UInt16? {
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

/// Where the accrual system is: a URL of `http` or `https` without a slash at its end.
struct AccrualAddress: Sendable, Equatable {
    let url: String

    /// Takes `host:port` too, as `http`; refuses user names, queries and fragments.
    init?(_ text: String) {
        var scheme = "http"
        var rest = Substring(text)
        if let separator = text.firstRange(of: "://") {
            scheme = text[..<separator.lowerBound].lowercased()
            rest = text[separator.upperBound...]
        }
        while rest.last == "/" { rest.removeLast() }
        guard scheme == "http" || scheme == "https",
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"@?#\"<>\\^`{|}".utf8.contains($0) })
        else { return nil }
        let authority = rest.prefix { $0 != "/" }
        // A port may be left out here, and an address that has one must be good.
        let withPort = authority.last == "]" || !authority.contains(":") ? "\(authority):80" : String(authority)
        guard let address = Address(withPort), address.host != nil, address.port > 0 else { return nil }
        url = "\(scheme)://\(rest)"
    }

    /// What is wrong with a text that is no such URL, if that is a common mistake.
    static func hint(_ text: String) -> String? {
        if let fault = RefusedValue.fault(in: text) { return fault }
        if text.contains("@") { return "it has a user name or a password" }
        if text.contains("?") || text.contains("#") { return "it has more than a host, a port and a path" }
        return nil
    }
}
