/// A device or a network from which a user has signed in, as it is stored: 4 bytes are an IPv4 address, 8 bytes are the
/// first 64 bits of an IPv6 address, and 32 bytes are the SHA-256 of a device. So a copied file contains nothing that
/// could be presented as a device.
package struct SignInPlace: Hashable, Sendable {
    package static let deviceByteCount = 32

    package let bytes: [UInt8]

    /// - Parameter bytes: 4, 8 or 32 bytes.
    package init(bytes: [UInt8]) {
        precondition([4, 8, Self.deviceByteCount].contains(bytes.count), "a place must have 4, 8 or 32 bytes")
        self.bytes = bytes
    }

    package init(_ network: ClientNetwork) {
        switch network {
        case .ipv4(let address):
            bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: address >> $0) }
        case .ipv6(let prefix):
            bytes = [56, 48, 40, 32, 24, 16, 8, 0].map { UInt8(truncatingIfNeeded: prefix >> $0) }
        }
    }

    package var isDevice: Bool { bytes.count == Self.deviceByteCount }
}

/// The network, the device and the time of a sign-in.
package struct SignInOrigin: Sendable {
    package let network: SignInPlace
    package let device: SignInPlace
    package let at: Timestamp

    package init(network: SignInPlace, device: SignInPlace, at: Timestamp) {
        precondition(!network.isDevice && device.isDevice, "network must be a network, and device a device")
        (self.network, self.device, self.at) = (network, device, at)
    }
}
