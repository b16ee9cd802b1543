/// The name of a request, `X-Request-Id`. It appears in the response, in the log and in a problem document, so that an
/// owner can relate them. It is 1 to 128 letters, digits, `-`, `_` and `.`, which need no escaping anywhere.
package struct RequestID: Equatable, Sendable {
    private enum Origin: Equatable, Sendable {
        case client([UInt8])
        /// The text is made only when it is needed: most of these are only appended to a response.
        case server(prefix: UInt64, number: UInt64)
    }

    package static let bytesMax = 128

    private let origin: Origin

    /// The ID that the client has chosen; `nil` if the request has none, has several, or has one with other characters,
    /// which could be mistaken for something else in a log.
    init?(of headers: Headers) {
        guard let value = headers[.xRequestID], !value.isEmpty, value.count <= Self.bytesMax,
            value.allSatisfy(Self.isAllowed), headers.count(of: .xRequestID) == 1
        else { return nil }
        // The bytes are copied, because the slice would keep the whole head in memory while the response is waited for.
        origin = .client(Array(value))
    }

    fileprivate init(prefix: UInt64, number: UInt64) {
        origin = .server(prefix: prefix, number: number)
    }

    /// Appends the text of the ID.
    package func append(to bytes: inout [UInt8]) {
        switch origin {
        case .client(let text): bytes.append(contentsOf: text)
        case .server(let prefix, let number):
            bytes.append(hexadecimal: prefix, digitsMin: 16)
            bytes.append(UInt8(ascii: "-"))
            bytes.append(hexadecimal: number)
        }
    }

    package var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// Makes the IDs of one event loop's requests: a prefix, which differs between loops and between runs of the server,
/// and a number, which differs between requests.
package final class RequestIDs {
    private let prefix: UInt64
    private var count: UInt64 = 0

    /// - Parameter prefix: a random number, which differs for each loop.
    package init(prefix: UInt64) {
        self.prefix = prefix
    }

    /// The ID that the client has chosen, if it is valid; else the next one of this loop.
    package func id(of request: Request) -> RequestID {
        RequestID(of: request.headers) ?? next()
    }

    /// The ID of a request that could not be read.
    package func id(of error: RequestError) -> RequestID {
        error.requestID ?? next()
    }

    private func next() -> RequestID {
        count += 1
        return RequestID(prefix: prefix, number: count)
    }
}
