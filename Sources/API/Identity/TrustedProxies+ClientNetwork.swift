import HTTP
import Loyalty
import Web

extension TrustedProxies {
    /// The network against which attempts of the request's client count. Warns the owner if its proxy lets clients
    /// choose it.
    func clientNetwork(of request: Request) -> ClientNetwork {
        checkProxy(of: request)
        let client = client(of: request)
        return (client.ipv4 ?? client.embeddedIPv4).map { .ipv4($0) } ?? .ipv6(prefix: client.prefix64)
    }
}
