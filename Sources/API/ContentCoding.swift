import Gzip
import HTTP

/// Unpacks what clients packed, and packs what they take packed (RFC 9110, section 8.4).
struct ContentCoding {
    /// Smaller answers gain nothing.
    private static let packedBytesMin = 1024
    /// zlib's fastest: on lists of orders the others save little more, and the loop waits for them.
    static let level = 1

    let bodyBytesMax: Int
    private let compressor = GzipCompressor(level: level)
    private let streams = PackedParts.Budget()

    init(bodyBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
    }

    /// The body as the client meant it.
    func unpackedBody(of request: Request) throws(Problem) -> [UInt8] {
        let codings = request.headers.list("content-encoding").filter { !$0.equalsIgnoringCase("identity") }
        guard let coding = codings.first else { return request.body }
        guard codings.count == 1, coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") else {
            throw Problem(
                .unsupportedMediaType, "The content coding is unknown.",
                fields: [Response.Field(name: "Accept-Encoding", value: "gzip")])
        }
        do throws(Gunzip.UnpackError) {
            return try Gunzip.unpack(request.body, outputBytesMax: bodyBytesMax)
        } catch {
            switch error {
            case .tooLarge:
                throw Problem(.contentTooLarge, "The body unpacks to more than \(bodyBytesMax) bytes.")
            case .broken: throw Problem(.badRequest, "The body is not whole gzip data.")
            }
        }
    }

    /// The answer, packed where that is worth it and the client prefers it.
    func packed(_ response: Response, ifPreferred isPreferred: Bool) -> Response {
        var response = response
        switch response.body {
        case .bytes(let bytes):
            guard bytes.count >= Self.packedBytesMin else { return response }
            response.add("Vary", "Accept-Encoding")
            guard isPreferred else { return response }
            response.replaceBody(.bytes(compressor.compress(bytes)), coding: "gzip")
        case .parts(let parts):
            response.add("Vary", "Accept-Encoding")
            guard isPreferred, let packed = PackedParts(parts, budget: streams) else {
                return response
            }
            response.replaceBody(.parts(packed), coding: "gzip")
        }
        return response
    }
}

/// What a client takes (RFC 9110, section 12.5.3); weights in thousandths.
struct AcceptEncoding {
    private var gzip: Int?
    private var identity: Int?
    private var any: Int?

    init(_ headers: Headers) {
        for element in headers.list("accept-encoding") {
            let parts = element.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map(\.trimmed)
            guard let weight = Self.weight(parts.dropFirst()) else { continue }
            if parts[0].equalsIgnoringCase("gzip") || parts[0].equalsIgnoringCase("x-gzip") {
                gzip = max(gzip ?? 0, weight)
            } else if parts[0].equalsIgnoringCase("identity") {
                identity = weight
            } else if parts[0].equals("*") {
                any = weight
            }
        }
    }

    var prefersGzip: Bool {
        guard let gzip = gzip ?? any, gzip > 0 else { return false }
        return gzip >= identity ?? 0
    }

    /// `q=0.5` (RFC 9110, section 12.4.2); 1 where there is none, nil where it is malformed.
    private static func weight(_ parameters: ArraySlice<ArraySlice<UInt8>>) -> Int? {
        guard let parameter = parameters.first else { return 1000 }
        guard parameters.count == 1, parameter.prefix(2).equalsIgnoringCase("q=") else { return nil }
        let text = Array(parameter.dropFirst(2))
        guard let whole = text.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1"), text.count <= 5,
            text.count == 1 || text[1] == UInt8(ascii: ".")
        else { return nil }
        var weight = Int(whole - UInt8(ascii: "0")) * 1000
        var place = 100
        for byte in text.dropFirst(2) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            weight += Int(byte - UInt8(ascii: "0")) * place
            place /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}
