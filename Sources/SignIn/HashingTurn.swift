import Loyalty

/// The place of a password in the queue of those that wait to be hashed.
///
/// Sign-ins of a login that the server knows from there take turns with everything else, so that no flood of strangers holds them up,
/// from however many networks it comes. Among either kind the networks take turns, the widest blocks first: a /48 that sends
/// from all of its addresses has one turn, as a single address elsewhere has.
package struct HashingTurn: Sendable {
    /// One step on the way to a place.
    package enum Key: Hashable, Sendable {
        case known, strangers
        case block(NetworkBlock)
        case device(Device)
    }

    package let source: AttemptSource
    package let path: [Key]

    /// - Parameter isKnown: whether the login has signed in from this source before.
    package init(source: AttemptSource, network: ClientNetwork, isKnown: Bool) {
        self.source = source
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
