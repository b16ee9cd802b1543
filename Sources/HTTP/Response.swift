import Eventual

/// A response. ``Encoder`` turns it into bytes, and adds `Date`, the framing of the body and `Connection`.
package struct Response {
    /// A field. One that many responses have is made once.
    package struct Field: Sendable {
        package let name: String
        /// The field's line with the line end before it, as it is sent.
        let line: [UInt8]

        /// - Parameter value: a text without control characters.
        package init(name: String, value: String) {
            precondition(
                value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F },
                "a field's value must not contain control characters")
            self.name = name
            line = Array("\r\n\(name): \(value)".utf8)
        }

        package var value: String { String(decoding: line.dropFirst(name.utf8.count + 4), as: UTF8.self) }
    }

    package enum Body {
        case bytes([UInt8])
        case parts(any BodyParts)
        case stream(any BodyStream)

        /// True if the body's length is known when the head is sent.
        package var isWhole: Bool { if case .bytes = self { true } else { false } }
    }

    package var status: Status
    package private(set) var fields: [Field] = []
    /// The media type of the body; `nil` if there is no body.
    package private(set) var contentType: String?
    package private(set) var body = Body.bytes([])
    /// The ID of the request; `nil` if it has none.
    package var requestID: RequestID?
    /// The index of the handler's route that made the response; `nil` if no route did. Like ``client``, it is for
    /// metrics and logs, and is not sent.
    package var route: Int?
    /// The client that has sent the request; `nil` if that is the connection's peer.
    package var client: IPAddress?

    package init(_ status: Status) {
        self.status = status
    }

    package init(_ status: Status, contentType: String, _ body: Body) {
        precondition(status != .noContent, "a 204 must not have a body (RFC 9110, section 15.3.5)")
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package mutating func add(_ field: Field) {
        fields.append(field)
    }

    package mutating func add(_ name: String, _ value: String) {
        add(Field(name: name, value: value))
    }

    /// Adds the name of a request's field on which the response depends to `Vary` (RFC 9110, section 12.5.5).
    package mutating func vary(by name: String) {
        if let index = fields.firstIndex(where: { $0.name == "Vary" }) {
            fields[index] = Field(name: "Vary", value: "\(fields[index].value), \(name)")
        } else {
            add("Vary", name)
        }
    }

    /// Returns true if the response has a field of the name. Letter case matters.
    package func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

    /// The value of the first field of the name. Letter case matters.
    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Replaces the body with one of the same media type.
    package mutating func replaceBody(_ body: Body) {
        self.body = body
    }

    /// Replaces the body with the same content in another content coding (RFC 9110, section 8.4).
    package mutating func replaceBody(_ body: Body, coding: String) {
        replaceBody(body)
        add("Content-Encoding", coding)
    }
}

/// A body that is made in parts. Each part is made when the client has taken those before it, so that a long body needs
/// no more memory than a short one. It is used on the event loop's thread.
package protocol BodyParts: AnyObject {
    /// Makes the next part; `nil` after the last one. This may take a few milliseconds at most, because the loop serves
    /// other clients too. A part that has to be waited for, such as a page that a store reads from a server, comes
    /// later; the next call follows when it has come, and the loop serves other clients meanwhile.
    ///
    /// - Throws: `BodyFailure` if the rest of the body can't be made.
    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure>
}

/// The error of a body whose next part can't be made. The client has the head of a successful response already, so the
/// connection has to be closed before the body's end.
package struct BodyFailure: Error {
    package init() {}
}
