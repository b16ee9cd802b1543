import Configuration
import Posix

/// The address of a setting, and the addresses of the sockets that a service manager passed in its place. The server
/// uses the sockets, and warns the owner if the two do not agree.
package struct PassedAddress: Sendable, Equatable {
    /// The setting's key.
    package let key: String
    /// The addresses of the sockets.
    package let endpoints: [Endpoint]

    package init(key: String, endpoints: [Endpoint]) {
        self.key = key
        self.endpoints = endpoints
    }

    private static let remedy =
        "change ListenStream= in the socket's unit (martlet systemd-unit --socket prints it), then stop and start both units"

    /// Returns true if the sockets listen on exactly the endpoints that the address resolves to. A port of 0 matches
    /// any port.
    func agrees(with resolved: [Endpoint]) -> Bool {
        let isAnyPort = resolved.contains { $0.port == 0 }
        return Self.places(endpoints, isAnyPort) == Self.places(resolved, isAnyPort)
    }

    /// Returns the log line for sockets that do not agree with the address.
    package func warning(_ address: Address) -> String {
        "\(key) is \(address), but the socket that was passed counts, and it listens on \(shownEndpoints): \(Self.remedy)"
    }

    /// The log line for a setting that changes while the server runs.
    package var changeWarning: String {
        "\(key) has changed, and a restart is not enough: the socket that was passed goes on listening on \(shownEndpoints); \(Self.remedy)"
    }

    private var shownEndpoints: String { endpoints.map(\.description).joined(separator: ", ") }

    private struct Place: Hashable {
        /// Empty for every address of the machine: one IPv6 socket may also accept IPv4 connections.
        let address: [UInt8]
        let port: UInt16
    }

    private static func places(_ endpoints: [Endpoint], _ isAnyPort: Bool) -> Set<Place> {
        Set(
            endpoints.map { endpoint in
                Place(
                    address: endpoint.address.allSatisfy { $0 == 0 } ? [] : endpoint.address,
                    port: isAnyPort ? 0 : endpoint.port)
            })
    }
}
