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
}

/// The database's file.
struct DatabaseLocation: Sendable, Equatable {
    let path: String

    init(path: String) {
        self.path = path
    }

    /// A path, `file:PATH` or `sqlite:PATH`, with or without two slashes before an absolute path.
    init?(_ text: String) {
        var path = Substring(text)
        for scheme in ["file:", "sqlite:"] where text.hasPrefix(scheme) {
            path = text.dropFirst(scheme.count)
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            break
        }
        guard !path.isEmpty, !path.contains("://"), !path.contains("\0"), path.last != "/" else { return nil }
        self.path = String(path)
    }
}

/// `scheme://host[:port]`, as browsers send it (RFC 6454, section 6.1).
enum Origin {
    static func isValid(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://"), !text[separator.upperBound...].contains("/") else {
            return false
        }
        return AccrualAddress(text) != nil
    }
}
