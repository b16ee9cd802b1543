import CLinux
import Glibc

/// An address and port of IPv4 or IPv6 (ip(7), ipv6(7)).
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The address without the port, as 4 or 16 bytes. It identifies a client.
    package let address: [UInt8]
    package let port: UInt16
    private let scope: UInt32

    package init(address: [UInt8], port: UInt16) {
        precondition(address.count == 4 || address.count == 16, "address must have 4 or 16 bytes")
        self.init(address: address, port: port, scope: 0)
    }

    private init(address: [UInt8], port: UInt16, scope: UInt32) {
        self.address = address
        self.port = port
        self.scope = scope
    }

    package func with(port: UInt16) -> Endpoint {
        Endpoint(address: address, port: port, scope: scope)
    }

    var family: CInt { address.count == 4 ? AF_INET : AF_INET6 }

    /// `127.0.0.1:8080`, `[::1]:8080`
    package var description: String {
        family == AF_INET ? "\(host):\(port)" : "[\(host)]:\(port)"
    }

    /// The address without the port, as getaddrinfo(3) takes it: `127.0.0.1`, `::1`, `fe80::1%2`
    package var numericHost: String { scope == 0 ? host : "\(host)%\(scope)" }

    private var host: String {
        if family == AF_INET { return address.map { String($0) }.joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, address, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Returns every address of a host name, at least one; every address of this machine if `host` is `nil`
    /// (getaddrinfo(3)).
    package static func resolve(host: String?, port: UInt16) throws(ResolutionError) -> [Endpoint] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        // A machine without a hosts file has this name all the same (RFC 6761, section 6.3).
        if code != 0, host == "localhost" { return loopback.map { Endpoint(address: $0, port: port) } }
        guard code == 0 else { throw ResolutionError(reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var endpoints: [Endpoint] = []
        var next = list
        while let info = next?.pointee {
            if let endpoint = Endpoint(info.ai_addr), !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            next = info.ai_next
        }
        guard !endpoints.isEmpty else { throw ResolutionError(reason: "no address of IPv4 or IPv6") }
        // The hosts file may list `localhost` for IPv6 alone, or twice for IPv4.
        return endpoints
    }

    private static let loopback: [[UInt8]] = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]

    package struct ResolutionError: Error, Sendable {
        package let reason: String
    }
}

extension Endpoint {
    /// Returns `nil` for other address families than IPv4 and IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch CInt(address.pointee.sa_family) {
        case AF_INET:
            self = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                let address = withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
                return Endpoint(address: address, port: UInt16(bigEndian: pointer.pointee.sin_port), scope: 0)
            }
        case AF_INET6:
            self = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                let address = withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
                return Endpoint(
                    address: address, port: UInt16(bigEndian: pointer.pointee.sin6_port),
                    scope: pointer.pointee.sin6_scope_id)
            }
        default: return nil
        }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length: Int
        if family == AF_INET {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: self.address) }
            length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
        } else {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: self.address) }
            length = MemoryLayout<sockaddr_in6>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
        }
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
