/// The address of the accrual system: an `http` or `https` URL without a slash at its end.
package struct AccrualAddress: Sendable, Equatable {
    package let url: String

    /// Also takes `host:port`, as `http`. User names, queries and fragments are refused.
    package init?(_ text: String) {
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
        // The port is optional here, but an address with a port must be valid.
        let withPort = authority.last == "]" || !authority.contains(":") ? "\(authority):80" : String(authority)
        guard let address = Address(withPort), address.host != nil, address.port > 0 else { return nil }
        url = "\(scheme)://\(rest)"
    }

    /// Returns the reason why a text is not such a URL, if it is a common mistake.
    static func hint(_ text: String) -> String? {
        if let fault = RefusedValue.fault(in: text) { return fault }
        if text.contains("@") { return "it has a user name or a password" }
        if text.contains("?") || text.contains("#") { return "it has more than a host, a port and a path" }
        return nil
    }
}
