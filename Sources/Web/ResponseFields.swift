import HTTP

/// The fields that the response to a request has, whatever its route. A response may wait for long, so this keeps
/// nothing of the request's bytes.
package struct ResponseFields {
    package let requestID: RequestID
    /// `nil` if the API shares nothing with other origins.
    package var grant: CrossOriginSharing.Grant?
    /// The client that sent the request; `nil` if it is the connection's peer.
    package var client: IPAddress?
    /// The number of the request's route; `nil` if it has none.
    package var route: Int?

    package init(
        requestID: RequestID, grant: CrossOriginSharing.Grant? = nil, client: IPAddress? = nil, route: Int? = nil
    ) {
        (self.requestID, self.grant, self.client, self.route) = (requestID, grant, client, route)
    }

    package func added(to response: consuming Response) -> Response {
        response.requestID = requestID
        response.client = client
        response.route = route
        if response.status.rawValue >= 400, response.contentType == Problem.mediaType { addID(to: &response) }
        // A cache before the server may keep a 404 or 405 for all clients (RFC 9111, section 4.2.2), and any other
        // response if it is configured with a lifetime. A response that says nothing about caching is for this client
        // alone.
        if !response.has("Cache-Control") { response.add(.noStore) }
        grant?.add(to: &response)
        return response
    }

    /// Adds the id as the last member of the problem document, whose other members may have been written long before.
    private func addID(to response: inout Response) {
        guard case .bytes(let document) = response.body, document.last == UInt8(ascii: "}") else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(document.count + RequestID.bytesMax + 20)
        bytes.append(contentsOf: document.dropLast())
        bytes.append(contentsOf: ",\"request_id\":\"".utf8)
        requestID.append(to: &bytes)
        bytes.append(contentsOf: "\"}".utf8)
        response.replaceBody(.bytes(bytes))
    }
}
