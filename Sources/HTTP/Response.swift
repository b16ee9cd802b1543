/// An answer, before it is bytes. The encoder adds `Date`, `Content-Length` and `Connection`.
package struct Response: Sendable {
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

    package var status: Status
    package private(set) var fields: [Field] = []
    /// What the body is; nil where there is none.
    package private(set) var contentType: String?
    package private(set) var body: [UInt8] = []

    package init(_ status: Status) {
        self.status = status
    }

    package init(_ status: Status, contentType: String, body: [UInt8]) {
        precondition(status != .noContent, "204 carries no body (RFC 9110, section 15.3.5)")
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The same answer with its body in another content coding (RFC 9110, section 8.4).
    package mutating func replaceBody(_ body: [UInt8], coding: String) {
        self.body = body
        add("Content-Encoding", coding)
    }
}
