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
        /// The current time as an IMF-fixdate.
        package var date: String

        package init(keepsAlive: Bool, isHTTP11: Bool, omitsBody: Bool, date: String) {
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
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: response.status.rawValue)
        bytes.append(" ")
        bytes.append(response.status.phrase)
        bytes.append("\r\nDate: ")
        bytes.append(context.date)
        if let requestID = response.requestID {
            bytes.append("\r\nX-Request-Id: ")
            requestID.append(to: &bytes)
        }
        if let contentType = response.contentType {
            bytes.append("\r\nContent-Type: ")
            bytes.append(contentType)
        }
        appendFraming(of: response, context, &bytes)
        for field in response.fields {
            bytes.append("\r\n")
            bytes.append(field.name)
            bytes.append(": ")
            bytes.append(field.value)
        }
        if !context.keepsAlive {
            bytes.append("\r\nConnection: close")
        } else if !context.isHTTP11 {
            bytes.append("\r\nConnection: keep-alive")
        }
        bytes.append("\r\n\r\n")
        if case .bytes(let body) = response.body, !context.omitsBody { bytes.append(contentsOf: body) }
    }

    private static func appendFraming(of response: Response, _ context: Context, _ bytes: inout [UInt8]) {
        switch response.body {
        case .bytes(let body):
            // A 204 has no Content-Length. That of a 304 would be the length of the omitted body (RFC 9110, section
            // 8.6).
            guard response.status != .noContent, response.status != .notModified else { return }
            bytes.append("\r\nContent-Length: ")
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
            bytes.append("\r\nTransfer-Encoding: chunked")
        }
    }

    /// Appends a part of a body as a chunk (RFC 9112, section 7.1). An empty part is skipped, as an empty chunk would
    /// end the body.
    package static func encode(chunk part: [UInt8], into bytes: inout [UInt8]) {
        guard !part.isEmpty else { return }
        bytes.append(hexadecimal: UInt64(part.count))
        bytes.append("\r\n")
        bytes.append(contentsOf: part)
        bytes.append("\r\n")
    }

    /// The bytes after the last chunk of a body.
    package static let chunksEnd = Array("0\r\n\r\n".utf8)
}

extension [UInt8] {
    fileprivate mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(decimal value: Int) {
        precondition(value >= 0, "value must not be negative")
        if value >= 10 { append(decimal: value / 10) }
        append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
