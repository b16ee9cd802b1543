import Gzip
import HTTP

/// Unpacks what clients packed, and packs what they take packed (RFC 9110, section 8.4).
package struct ContentCoding {
    /// Smaller answers gain nothing.
    private static let packedBytesMin = 1024
    /// zlib's fastest: on lists of orders the others save little more, and the loop waits for them.
    static let level = 1

    let bodyBytesMax: Int
    private let compressor = GzipCompressor(level: level)
    private let streams = PackedParts.Budget()

    package init(bodyBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
    }

    /// The body as the client meant it: at most as much as the route takes, and no more is unpacked.
    package func unpackedBody(of request: Request, bytesMax routeBytesMax: Int) throws(Problem) -> [UInt8] {
        let bodyBytesMax = min(bodyBytesMax, routeBytesMax)
        // The second one decides that they are too many.
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

    /// The answer, packed where that is worth it and the client prefers it.
    package func packed(_ response: Response, ifPreferred isPreferred: Bool) -> Response {
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
            // zlib would hold back what is to be read now, and its state for each that listens.
            return response
        }
        return response
    }
}
