import Loyalty

/// The place of a password in the queue of the hasher.
///
/// A flood of sign-ins from strangers, from however many networks, must not hold up the users of the shop. So sign-ins
/// from a source that the server knows for the login are one half of the queue, all others are the other half, and the
/// halves take turns. Within each half the networks take turns, the widest blocks first: a /48 that sends from all of
/// its addresses gets one turn, just as a single address elsewhere does.
package struct HashingTurn: Sendable {
    /// One key of the path (``FairQueue``).
    package enum Key: Hashable, Sendable {
        case known, strangers
        case block(NetworkBlock)
        case device(Device)
    }

    package let source: AttemptSource
    /// True if the login has signed in from this source before.
    package let isKnown: Bool
    package let path: [Key]

    /// - Parameter isKnown: True if the login has signed in from this source before.
    package init(source: AttemptSource, network: ClientNetwork, isKnown: Bool) {
        self.source = source
        self.isKnown = isKnown
        let blocks = network.blocks
        let kind: [Key] = [isKnown ? .known : .strangers]
        path =
            if let device = source.device {
                kind + [.block(blocks[0]), .device(device)]
            } else {
                kind + blocks.map { .block($0) }
            }
    }
}
