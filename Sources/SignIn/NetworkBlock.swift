import Loyalty

/// A block of addresses that one customer of a network provider may hold alone, so that one client may send from any
/// address in it.
///
/// A provider gives a site 64, 56 or 48 bits of IPv6 (RFC 6177, section 2), and sells IPv4 by the /24, the smallest
/// block that routers accept from each other.
package struct NetworkBlock: Hashable, Sendable {
    private let prefix: UInt64
    /// Negative for IPv4, so that blocks of the two families differ.
    private let prefixBits: Int8

    /// The factor by which this block has more free failures than the smallest block: strangers share the wider ones.
    let allowanceFactor: Int

    fileprivate init(ipv4 address: UInt32, prefixBits: Int8, allowanceFactor: Int) {
        prefix = UInt64(address >> (32 - UInt32(prefixBits)))
        (self.prefixBits, self.allowanceFactor) = (-prefixBits, allowanceFactor)
    }

    fileprivate init(ipv6 prefix64: UInt64, prefixBits: Int8, allowanceFactor: Int) {
        prefix = prefix64 >> (64 - UInt64(prefixBits))
        (self.prefixBits, self.allowanceFactor) = (prefixBits, allowanceFactor)
    }
}

extension ClientNetwork {
    /// The blocks that contain the network, the widest first and the network itself last.
    var blocks: [NetworkBlock] {
        switch self {
        case .ipv4(let address):
            [
                NetworkBlock(ipv4: address, prefixBits: 24, allowanceFactor: 4),
                NetworkBlock(ipv4: address, prefixBits: 32, allowanceFactor: 1),
            ]
        case .ipv6(let prefix):
            [
                NetworkBlock(ipv6: prefix, prefixBits: 48, allowanceFactor: 4),
                NetworkBlock(ipv6: prefix, prefixBits: 56, allowanceFactor: 2),
                NetworkBlock(ipv6: prefix, prefixBits: 64, allowanceFactor: 1),
            ]
        }
    }

    /// The blocks that contain the network and other networks.
    var widerBlocks: ArraySlice<NetworkBlock> { blocks.dropLast() }
}
