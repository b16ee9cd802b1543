import HTTP

/// What the answer to a request has, whatever it says. It holds nothing of the request's bytes, since an answer may wait.
package struct ResponseFields {
    package let requestID: RequestID
    /// Nil where nothing is shared with other origins.
    package var grant: CrossOriginSharing.Grant?
    /// Who asked; nil where that is the connection's peer.
    package var client: IPAddress?
    /// The number of the route that it came to; nil for none.
    package var route: Int?

    package init(
        requestID: RequestID, grant: CrossOriginSharing.Grant? = nil, client: IPAddress? = nil, route: Int? = nil
    ) {
        (self.requestID, self.grant, self.client, self.route) = (requestID, grant, client, route)
    }

    package func added(to response: Response) -> Response {
        var response = response
        response.requestID = requestID
        response.client = client
        response.route = route
        if response.status.rawValue >= 400, response.contentType == Problem.mediaType { addID(to: &response) }
        // A cache in front may keep a 404 or 405 for all who ask (RFC 9111, section 4.2.2), and with an explicit lifetime every
        // other answer: what says nothing of its own is for this client alone.
        if response["Cache-Control"] == nil { response.add("Cache-Control", "no-store") }
        grant?.add(to: &response)
        return response
    }

    /// As the document's last member: the rest of it may have been written out long before.
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
