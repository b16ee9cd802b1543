import Configuration
import Posix

/// The address of a setting, and the addresses of the sockets that a service manager passed in its place. The sockets count; the
/// owner has to be told if the two do not agree.
package struct PassedAddress: Sendable, Equatable {
    /// The setting's key.
    package let key: String
    /// Where the sockets listen.
    package let endpoints: [Endpoint]

    package init(key: String, endpoints: [Endpoint]) {
        self.key = key
        self.endpoints = endpoints
    }

    private static let remedy =
        "change ListenStream= in the socket's unit (martlet systemd-unit --socket prints it), then stop and start both units"

    /// Returns true if the sockets listen where the address says: on each of the endpoints that it resolves to, and on no other.
    /// A port of 0 is any port.
    func agrees(with resolved: [Endpoint]) -> Bool {
        let isAnyPort = resolved.contains { $0.port == 0 }
        return Self.places(endpoints, isAnyPort) == Self.places(resolved, isAnyPort)
    }

    /// What the log says if they do not agree.
    package func warning(_ address: Address) -> String {
        "\(key) is \(address), but the socket that was passed counts, and it listens on \(shownEndpoints): \(Self.remedy)"
    }

    /// What the log says if the setting changes while the server runs.
    package var changeWarning: String {
        "\(key) has changed, and a restart is not enough: the socket that was passed goes on listening on \(shownEndpoints); \(Self.remedy)"
    }

    private var shownEndpoints: String { endpoints.map(\.description).joined(separator: ", ") }

    private struct Place: Hashable {
        /// Empty for every address of the machine: one socket of IPv6 may take connections of IPv4 too.
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
