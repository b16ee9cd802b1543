/// An answer, before it is bytes. The encoder adds `Date`, the framing of the body and `Connection`.
package struct Response {
    package struct Field: Sendable {
        package let name: String
        /// One line, as it goes out.
        package let value: String

        package init(name: String, value: String) {
            precondition(value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a field's value is one line")
            self.name = name
            self.value = value
        }
    }

    package enum Body {
        case bytes([UInt8])
        case parts(any BodyParts)
        case stream(any BodyStream)

        /// Whether its length can stand in the head.
        package var isWhole: Bool { if case .bytes = self { true } else { false } }
    }

    package var status: Status
    package private(set) var fields: [Field] = []
    /// What the body is; nil where there is none.
    package private(set) var contentType: String?
    package private(set) var body = Body.bytes([])
    /// What the answered request is called; nil where nobody named it.
    package var requestID: RequestID?
    /// Which of its handler's routes it is from; nil where it is from none. This and the next are for whoever counts or logs,
    /// and never sent.
    package var route: Int?
    /// Who asked; nil where that is the connection's peer.
    package var client: IPAddress?

    package init(_ status: Status) {
        self.status = status
    }

    package init(_ status: Status, contentType: String, _ body: Body) {
        precondition(status != .noContent, "204 carries no body (RFC 9110, section 15.3.5)")
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Says that another value of the request's field may lead to another answer (RFC 9110, section 12.5.5).
    package mutating func vary(by name: String) {
        if let index = fields.firstIndex(where: { $0.name == "Vary" }) {
            fields[index] = Field(name: "Vary", value: "\(fields[index].value), \(name)")
        } else {
            add("Vary", name)
        }
    }

    /// The first field of the name, letter case counting.
    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The same answer with another body of the same type.
    package mutating func replaceBody(_ body: Body) {
        self.body = body
    }

    /// The same answer with its body in another content coding (RFC 9110, section 8.4).
    package mutating func replaceBody(_ body: Body, coding: String) {
        replaceBody(body)
        add("Content-Encoding", coding)
    }
}

/// A body that is made part by part, each when the client has taken those before it, so that a long one needs no more
/// memory than a short one. Used on its event loop's thread.
package protocol BodyParts: AnyObject {
    /// The next part; nil behind the last one. A part takes a few milliseconds at most, as its loop serves others too.
    func next() throws(BodyFailure) -> [UInt8]?
}

/// A body can't go on. Its client has the head already: all that can be said is to end before the end.
package struct BodyFailure: Error {
    package init() {}
}
