/// A request that a client may repeat without doing its change twice (the `Idempotency-Key` of
/// draft-ietf-httpapi-idempotency-key-header).
///
/// The store keeps the response in the transaction of the change, by account of the staff and key. A change that is
/// refused keeps no response (``ShopChangeResult/isKept``).
package struct IdempotentRequest: Sendable {
    package static let digestBytes = 32
    package static let lifetimeMilliseconds: Int64 = 86_400_000
    /// The most responses that are kept; the oldest are removed first. They take at most 256 MiB
    /// (``StoredResponse/bytesMax`` each), and usually a tenth of that.
    package static let keptMax = 65_536

    /// The SHA-256 of the key. The key itself is not stored.
    package let key: [UInt8]
    /// The SHA-256 of the operation and the body.
    package let request: [UInt8]
    /// Makes the response that is stored. It may be called more than once, on the store's own thread, and must not
    /// block.
    package let response: @Sendable (ShopChangeResult) -> StoredResponse

    package init(
        key: [UInt8], request: [UInt8], response: @escaping @Sendable (ShopChangeResult) -> StoredResponse
    ) {
        precondition(
            key.count == Self.digestBytes && request.count == Self.digestBytes, "a digest must have 32 bytes")
        (self.key, self.request, self.response) = (key, request, response)
    }
}

/// The response to an idempotent request. A secret in it must be encrypted, for example with a key that is derived from
/// the client's, since a copied file must not disclose it.
package struct StoredResponse: Equatable, Sendable {
    /// The most bytes of a body. The longest login and the longest order number, escaped, need two kilobytes.
    package static let bytesMax = 4096

    /// The status of HTTP.
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        precondition((100...599).contains(status), "status must be one of HTTP")
        precondition((1...Self.bytesMax).contains(body.count), "body must have 1 to 4096 bytes")
        (self.status, self.body) = (status, body)
    }
}

/// The result of a change that may be a repeated request.
package enum AppliedChange: Equatable, Sendable {
    /// The change was made, or refused, now.
    case now(ShopChangeResult)
    /// The same request was made before. Nothing was changed; this was its response.
    case before(StoredResponse)
    /// The key was used for another request. Nothing was changed.
    case keyOfAnotherRequest
}
