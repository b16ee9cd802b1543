/// Where the accrual system is: a URL of `http` or `https` without a slash at its end.
package struct AccrualAddress: Sendable, Equatable {
    package let url: String

    /// Takes `host:port` too, as `http`; refuses user names, queries and fragments.
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
