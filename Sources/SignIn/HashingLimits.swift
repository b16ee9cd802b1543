/// The limits of a hasher that its owner may set.
package struct HashingLimits: Sendable {
    /// The number of passwords that are hashed at once, each on a thread of its own and with the memory that the hash
    /// requires.
    package var threadCount = 2
    /// The number of passwords that may wait for a thread; further ones are refused as overloaded.
    package var waitingMax = 256

    package init() {}
}
