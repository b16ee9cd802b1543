/// Turns responses into the bytes of HTTP/1.1 (RFC 9112, section 4).
package enum Encoder {
    /// The facts about the request and its connection on which a response's framing depends.
    package struct Context: Sendable {
        /// True if another request may follow on the connection.
        package var keepsAlive: Bool
        /// False for an HTTP/1.0 client, which has to be told that the connection stays open (RFC 9112, section 9.3).
        package var isHTTP11: Bool
        /// True for a response to HEAD, which has the head of the response to GET and no body.
        package var omitsBody: Bool
        /// The bytes of the current time as an IMF-fixdate.
        package var date: [UInt8]

        package init(keepsAlive: Bool, isHTTP11: Bool, omitsBody: Bool, date: [UInt8]) {
            self.keepsAlive = keepsAlive
            self.isHTTP11 = isHTTP11
            self.omitsBody = omitsBody
            self.date = date
        }
    }

    /// The interim response that asks for the body (RFC 9110, section 15.2.1).
    package static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends the head of `response` to `bytes`, and its body if that is ``Response/Body/bytes(_:)``.
    package static func encode(_ response: Response, _ context: Context, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: response.status.line)
        bytes.append(contentsOf: Literal.date)
        bytes.append(contentsOf: context.date)
        if let requestID = response.requestID {
            bytes.append(contentsOf: Literal.requestID)
            requestID.append(to: &bytes)
        }
        if let contentType = response.contentType {
            bytes.append(contentsOf: Literal.contentType)
            bytes.append(contentsOf: contentType.utf8)
        }
        appendFraming(of: response, context, &bytes)
        for field in response.fields { bytes.append(contentsOf: field.line) }
        if !context.keepsAlive {
            bytes.append(contentsOf: Literal.close)
        } else if !context.isHTTP11 {
            bytes.append(contentsOf: Literal.keepAlive)
        }
        bytes.append(contentsOf: Literal.headEnd)
        if case .bytes(let body) = response.body, !context.omitsBody { bytes.append(contentsOf: body) }
    }

    private static func appendFraming(of response: Response, _ context: Context, _ bytes: inout [UInt8]) {
        switch response.body {
        case .bytes(let body):
            // A 204 has no Content-Length. That of a 304 would be the length of the omitted body (RFC 9110, section
            // 8.6).
            guard response.status != .noContent, response.status != .notModified else { return }
            bytes.append(contentsOf: Literal.contentLength)
            bytes.append(decimal: body.count)
        case .parts, .stream:
            // In HTTP/1.0, only the end of the connection marks the end of a body of unknown length (RFC 9112, section
            // 6.1).
            guard context.isHTTP11 else {
                precondition(
                    !context.keepsAlive || context.omitsBody,
                    "a body of unknown length must be chunked, or end with the connection")
                return
            }
            bytes.append(contentsOf: Literal.chunked)
        }
    }

    /// Appends a part of a body as a chunk (RFC 9112, section 7.1). An empty part is skipped, as an empty chunk would
    /// end the body.
    package static func encode(chunk part: [UInt8], into bytes: inout [UInt8]) {
        guard !part.isEmpty else { return }
        bytes.append(hexadecimal: UInt64(part.count))
        bytes.append(contentsOf: Literal.lineEnd)
        bytes.append(contentsOf: part)
        bytes.append(contentsOf: Literal.lineEnd)
    }

    /// The bytes after the last chunk of a body.
    package static let chunksEnd = Array("0\r\n\r\n".utf8)
}

/// The constant parts of a head, as bytes: appending a text would take twice as long.
private enum Literal {
    static let date = Array("\r\nDate: ".utf8)
    static let requestID = Array("\r\nX-Request-Id: ".utf8)
    static let contentType = Array("\r\nContent-Type: ".utf8)
    static let contentLength = Array("\r\nContent-Length: ".utf8)
    static let chunked = Array("\r\nTransfer-Encoding: chunked".utf8)
    static let close = Array("\r\nConnection: close".utf8)
    static let keepAlive = Array("\r\nConnection: keep-alive".utf8)
    static let lineEnd = Array("\r\n".utf8)
    static let headEnd = Array("\r\n\r\n".utf8)
}

extension [UInt8] {
    fileprivate mutating func append(decimal value: Int) {
        precondition(value >= 0, "value must not be negative")
        if value >= 10 { append(decimal: value / 10) }
        append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
