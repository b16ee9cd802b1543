import Eventual
import Gzip
import HTTP

/// Unpacks request bodies, and packs response bodies for clients that prefer it (RFC 9110, section 8.4).
struct ContentCoding {
    /// The length of the smallest body that is packed, in bytes. Packing a smaller one gains nothing.
    private static let packedBytesMin = 1024
    /// zlib's fastest: on lists of orders the other levels save little more, and the event loop waits for them.
    static let level = 1

    let bodyBytesMax: Int
    private let compressor = GzipCompressor(level: level)
    private let streams = PackedParts.Budget()

    init(bodyBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
    }

    /// The body without its content coding. No more than the limit is unpacked.
    ///
    /// - Parameter routeBytesMax: the largest body that the route takes, in bytes.
    func unpackedBody(of request: Request, bytesMax routeBytesMax: Int) throws(Problem) -> [UInt8] {
        let bodyBytesMax = min(bodyBytesMax, routeBytesMax)
        // Two are enough to see that there are too many.
        let codings = Array(
            request.headers.list(.contentEncoding).lazy.filter { !$0.equalsIgnoringCase("identity") }.prefix(2))
        guard let coding = codings.first else { return request.body }
        guard codings.count == 1, coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") else {
            throw Problem(
                .unknownContentCoding, "The content coding is unknown.",
                fields: [Response.Field(name: "Accept-Encoding", value: "gzip")])
        }
        do throws(Gunzip.UnpackError) {
            return try Gunzip.unpack(request.body, outputBytesMax: bodyBytesMax)
        } catch {
            switch error {
            case .tooLarge:
                throw Problem(.contentTooLarge, "The body unpacks to more than \(bodyBytesMax) bytes.")
            case .broken: throw Problem(.invalidContent, "The body is not whole gzip data.")
            }
        }
    }

    /// As ``packed(_:ifPreferred:)-(Response,_)``, of a response that may have to be waited for.
    func packed(
        _ response: Eventual<Response, Problem>, ifPreferred isPreferred: Bool
    ) -> Eventual<Response, Problem> {
        switch response {
        case .now(let response): .now(packed(response, ifPreferred: isPreferred))
        case .later(let response):
            .later { () async throws(Problem) in packed(try await response(), ifPreferred: isPreferred) }
        }
    }

    /// The response, packed if that is worth it and the client prefers it.
    func packed(_ response: Response, ifPreferred isPreferred: Bool) -> Response {
        var response = response
        switch response.body {
        case .bytes(let bytes):
            guard bytes.count >= Self.packedBytesMin else { return response }
            response.vary(by: "Accept-Encoding")
            guard isPreferred else { return response }
            response.replaceBody(.bytes(compressor.compress(bytes)), coding: "gzip")
        case .parts(let parts):
            response.vary(by: "Accept-Encoding")
            guard isPreferred, let packed = PackedParts(parts, budget: streams) else {
                return response
            }
            response.replaceBody(.parts(packed), coding: "gzip")
        case .stream:
            // zlib would delay events, and hold its state for each client that follows a stream.
            return response
        }
        return response
    }
}
