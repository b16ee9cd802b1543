import HTTP

/// The route to the accrual system: its proxy and certificate authorities, from the settings and the environment.
package struct AccrualRoute: Equatable, Sendable {
    /// The proxy as the environment gives it, possibly with a password; `nil` for none.
    package let proxy: String?
    /// A file of certificates in PEM; `nil` for the system's.
    package let authoritiesFile: String?
    /// A folder of certificates under the names of their hashes (openssl-rehash(1)); `nil` for the system's.
    package let authoritiesFolder: String?

    /// - Parameter authoritiesFile: the setting, which takes precedence over the environment.
    package init(to address: AccrualAddress, authoritiesFile: String?, environment: [String: String]) {
        let value = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        proxy = Self.proxy(for: address, value)
        self.authoritiesFile = authoritiesFile ?? value("SSL_CERT_FILE")
        authoritiesFolder = authoritiesFile == nil ? value("SSL_CERT_DIR") : nil
    }

    /// The text for the log, without the user and the password of the proxy's address. Empty if there is no proxy.
    package var description: String {
        guard let proxy else { return "" }
        let start = proxy.firstRange(of: "://")?.upperBound ?? proxy.startIndex
        let end = proxy[start...].firstIndex { "/?#".contains($0) } ?? proxy.endIndex
        let host =
            proxy[start..<end].lastIndex(of: "@").map { proxy[proxy.index(after: $0)..<end] } ?? proxy[start..<end]
        return " through the proxy \(proxy[..<start])\(host)"
    }

    /// Reads the variables that libcurl uses (libcurl-env(3)). `HTTP_PROXY` is not one of them: a web server may set it
    /// from a request.
    private static func proxy(for address: AccrualAddress, _ value: (String) -> String?) -> String? {
        let isEncrypted = address.url.hasPrefix("https://")
        let target = Target(address, defaultPort: isEncrypted ? "443" : "80")
        if target.isLoopback { return nil }
        let exceptions = (value("no_proxy") ?? value("NO_PROXY") ?? "").split { $0 == "," || $0 == " " }
        guard !exceptions.contains(where: { target.isNamed(by: $0) }) else { return nil }
        let names = isEncrypted ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
        return (names + ["all_proxy", "ALL_PROXY"]).lazy.compactMap(value).first
    }

    /// The host of the accrual system.
    private struct Target {
        let host: String
        let port: String
        let address: IPAddress?

        init(_ accrual: AccrualAddress, defaultPort: String) {
            let rest = accrual.url.drop { $0 != ":" }.dropFirst(3)
            let authority = rest.prefix { $0 != "/" }
            (host, port) = Self.split(authority, defaultPort: defaultPort)
            address = IPAddress(host.utf8)
        }

        /// A host in lower case, without brackets and the dot at its end, and a port.
        static func split(_ authority: Substring, defaultPort: String) -> (host: String, port: String) {
            var (host, port) = (authority, defaultPort)
            let isBareAddress = authority.first != "[" && authority.filter { $0 == ":" }.count > 1
            if !isBareAddress, let colon = authority.lastIndex(of: ":"), authority.last != "]" {
                host = authority[..<colon]
                port = String(authority[authority.index(after: colon)...])
            }
            if host.first == "[" { host = host.dropFirst().dropLast() }
            if host.last == "." { host.removeLast() }
            return (host.lowercased(), port)
        }

        /// A request to this machine would reach another one through a proxy.
        var isLoopback: Bool {
            if host == "localhost" || host.hasSuffix(".localhost") { return true }
            if let address { return Self.loopback.contains { $0.contains(address) } }
            // 127.1, for example: the resolver takes it for an address too (inet_aton(3)).
            return host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
        }

        private static let loopback = ["127.0.0.0/8", "::1/128", "0.0.0.0/32", "::/128"].compactMap { IPNetwork($0) }

        /// Returns true if an element of `NO_PROXY` covers the host: `*`, a domain with its subdomains, an address or a
        /// network, each with or without a port.
        func isNamed(by exception: Substring) -> Bool {
            if exception == "*" { return true }
            if let address, let network = IPNetwork(String(exception)) { return network.contains(address) }
            var (name, port) = Self.split(exception, defaultPort: port)
            guard port == self.port else { return false }
            if name.hasPrefix("*.") { name.removeFirst() }
            if name.hasPrefix(".") { name.removeFirst() }
            return !name.isEmpty && (host == name || address == nil && host.hasSuffix("." + name))
        }
    }
}
