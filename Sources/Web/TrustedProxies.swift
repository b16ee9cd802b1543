import HTTP

/// The proxies that the server believes when they name their clients. Any client can send the fields that proxies send,
/// so these are read only if the connection's peer is one of the proxies.
package struct TrustedProxies: Sendable {
    /// For a listener without proxies before it.
    package static let none = TrustedProxies(networks: [], watch: ProxyWatch(clock: { 0 }, warn: { _ in }))

    private let networks: [IPNetwork]
    private let watch: ProxyWatch

    /// The most proxies through which a request is traced back. A head has room for two thousand addresses, and each
    /// takes time to read.
    private static let hopsMax = 32

    /// - Parameters:
    ///   - networks: the addresses of the proxies; empty if there are none.
    ///   - watch: the same for all event loops.
    package init(networks: [IPNetwork], watch: ProxyWatch) {
        (self.networks, self.watch) = (networks, watch)
    }

    /// The client's address. Going back from the connection's peer, it is the first address that is not a trusted
    /// proxy's. An entry that is not an address ends the search, and the proxy before it is taken for the client.
    package func client(of request: Request) -> IPAddress {
        var nearest = request.peer
        guard isTrusted(nearest) else { return nearest }
        for element in request.headers.lastElements(of: .xForwardedFor, countMax: Self.hopsMax) {
            guard let address = Self.address(in: element) else { break }
            nearest = address
            guard isTrusted(nearest) else { break }
        }
        return nearest
    }

    /// Warns the owner if the proxy that sent the request is configured so that clients can choose their address.
    package func checkProxy(of request: Request) {
        if let finding = finding(in: request) { watch.note(finding, from: request.peer) }
    }

    /// The fault of the field that a trusted proxy passed; `nil` if it has none. The field should lead to the client
    /// and end there.
    private func finding(in request: Request) -> ProxyWatch.Finding? {
        guard isTrusted(request.peer) else { return nil }
        let elements = request.headers.list(.xForwardedFor)
        guard !elements.isEmpty else { return .noField }
        for (index, element) in elements.enumerated().reversed() {
            guard let address = Self.address(in: element) else { return .noAddress }
            guard isTrusted(address) else { return index > 0 ? .clientEntries : nil }
        }
        return nil
    }

    /// Returns true if the nearest proxy says that its client came through TLS.
    package func sayHTTPS(of request: Request) -> Bool {
        guard isTrusted(request.peer) else { return false }
        return request.headers.lastElements(of: .xForwardedProto, countMax: 1).first?.equalsIgnoringCase("https")
            ?? false
    }

    package func isTrusted(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The address of an entry: `192.0.2.1` or `2001:db8::1`, or as some proxies write it: `192.0.2.1:8080`,
    /// `[2001:db8::1]`, `[2001:db8::1]:8080`.
    private static func address(in element: ArraySlice<UInt8>) -> IPAddress? {
        if element.first == UInt8(ascii: "["), let end = element.firstIndex(of: UInt8(ascii: "]")) {
            let rest = element[(end + 1)...]
            guard rest.isEmpty || rest.first == UInt8(ascii: ":") else { return nil }
            return IPAddress(element[(element.startIndex + 1)..<end])
        }
        let parts = element.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return IPAddress(parts.count == 2 ? parts[0] : element)
    }
}
