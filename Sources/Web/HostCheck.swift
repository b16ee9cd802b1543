import HTTP

/// Refuses requests that name the server by a foreign name.
///
/// It protects listeners of inner networks from DNS rebinding: a page of `evil.example`, whose name suddenly leads to
/// this machine, would be of the same origin as the listener. Its requests have that name as their `Host`.
package struct HostCheck: Sendable {
    /// In small letters, without a port.
    private let names: [String]

    /// - Parameter names: names that the owner allows besides those of this machine itself.
    package init(names: [String]) {
        self.names = names.map { $0.lowercased() }
    }

    /// Throws ``ProblemType/misdirected`` if `Host` is neither loopback nor an IP address nor one of the names. A
    /// request of HTTP/1.0 may have no `Host`; then it does not come from a browser.
    package func check(_ request: Request) throws(Problem) {
        guard let host = request.host else { return }
        guard host.first != UInt8(ascii: "[") else { return }
        var name = host.prefix { $0 != UInt8(ascii: ":") }
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        guard
            name.equalsIgnoringCase("localhost")
                || name.suffix(Self.loopbackZone.utf8.count).equalsIgnoringCase(Self.loopbackZone)
                || IPAddress(name) != nil || names.contains(where: { name.equalsIgnoringCase($0) })
        else { throw Self.refusal }
    }

    /// Names of this zone are loopback (RFC 6761, section 6.3).
    private static let loopbackZone = ".localhost"

    static let refusal = Problem(
        .misdirected, "The Host is no name of this listener; its owner can add it to allowed_hosts.")
}
