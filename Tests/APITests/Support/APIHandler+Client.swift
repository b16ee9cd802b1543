import HTTP
import Web

extension APIHandler {
    /// The response to a client that sends these bytes, in one piece or torn, and nothing else.
    func response(
        to pieces: [ArraySlice<UInt8>], from peer: IPAddress = IPAddress(ipv4: 0xC000_0201), limits: Limits = Limits()
    ) async -> ClientResponse {
        var parser = RequestParser(limits: limits)
        var input = InputBuffer()
        do throws(RequestError) {
            for piece in pieces {
                input.append(piece)
                guard case .request(var request) = try parser.parse(&input, bodyBytesMax: bodyBytesMax(of:)) else {
                    continue
                }
                request.peer = peer
                let omitsBody = request.method == .head
                return await ClientResponse.received(await respond(to: request).get(), omitsBody: omitsBody)
            }
        } catch {
            return ClientResponse(response(to: error), omitsBody: false)
        }
        preconditionFailure("a test sends whole requests")
    }
}
