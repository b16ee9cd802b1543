/// What a request is called in its answer, in the log and in a problem document, so that the three can be brought together:
/// `X-Request-Id`. 1 to 128 letters, digits, `-`, `_` and `.`, which need no escaping anywhere.
package struct RequestID: Equatable, Sendable {
    private enum Origin: Equatable, Sendable {
        case client([UInt8])
        /// Not written out before it is needed: most are only ever appended to an answer.
        case server(prefix: UInt64, number: UInt64)
    }

    package static let bytesMax = 128

    private let origin: Origin

    /// The client's own; nil where it has none, more than one, or one that could be mistaken for something else in a log.
    init?(of headers: Headers) {
        guard let value = headers["x-request-id"], !value.isEmpty, value.count <= Self.bytesMax,
            value.allSatisfy(Self.isAllowed), headers.count(of: "x-request-id") == 1
        else { return nil }
        // A copy: the slice would keep the whole head for as long as the answer waits.
        origin = .client(Array(value))
    }

    fileprivate init(prefix: UInt64, number: UInt64) {
        origin = .server(prefix: prefix, number: number)
    }

    /// Appends its text.
    package func append(to bytes: inout [UInt8]) {
        switch origin {
        case .client(let text): bytes.append(contentsOf: text)
        case .server(let prefix, let number):
            bytes.append(hexadecimal: prefix, digits: 16)
            bytes.append(UInt8(ascii: "-"))
            bytes.append(hexadecimal: number, digits: max(1, (67 - number.leadingZeroBitCount) / 4))
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

/// Names the requests of one event loop: each has a number of its own behind what tells loops and runs of the server apart.
package final class RequestIDs {
    private let prefix: UInt64
    private var count: UInt64 = 0

    /// `prefix` is random, and another for each loop.
    package init(prefix: UInt64) {
        self.prefix = prefix
    }

    /// The client's own where it is one, else the next of ours.
    package func id(of request: Request) -> RequestID {
        RequestID(of: request.headers) ?? next()
    }

    /// For a request that could not be read.
    package func id(of error: RequestError) -> RequestID {
        error.requestID ?? next()
    }

    private func next() -> RequestID {
        count += 1
        return RequestID(prefix: prefix, number: count)
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal value: UInt64, digits: Int) {
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(place * 4)) & 0xF
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
