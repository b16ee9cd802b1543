import Gzip
import TestSupport
import Testing

/// A request and the expected response: a line of a table.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// `POST /api/user/orders`
    let line: String
    /// The user whose session the request presents as `Authorization`; `nil` for none.
    let user: String?
    /// `Name: value`. `Host` and `Content-Length` are added.
    let fields: [String]
    let body: Body?
    let status: Int
    let present: [String]
    let absent: [String]
    let text: String?
    let part: String?
    let location: SourceLocation

    /// - Parameters:
    ///   - has: Fields that the response has, to the letter.
    ///   - lacks: Names of fields that the response does not have.
    ///   - text: The body, exactly.
    ///   - part: A part of the body.
    init(
        _ line: String, as user: String? = nil, _ fields: [String] = [], body: Body? = nil, gives status: Int,
        has present: [String] = [], lacks absent: [String] = [], text: String? = nil, part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        (self.line, self.user, self.fields, self.body, self.status) = (line, user, fields, body, status)
        (self.present, self.absent, self.text, self.part) = (present, absent, text, part)
        self.location = location
    }

    /// Escaped, since a case may have control characters, which would go into the log as they are.
    var testDescription: String {
        let body = body.map { String(decoding: $0.bytes.prefix(60), as: UTF8.self).debugDescription } ?? ""
        let shown = [line, user.map { "as \($0)" } ?? "", fields.joined(separator: ", "), body].filter { !$0.isEmpty }
        return shown.joined(separator: " ").prefix(160) + " gives \(status)"
    }

    var request: [UInt8] {
        var head = ["\(line) HTTP/1.1"]
        if !fields.contains(where: { $0.hasPrefix("Host:") }) { head.append("Host: shop.example") }
        if let user { head.append("Authorization: Bearer \(user)") }
        if let body { head.append("Content-Length: \(body.bytes.count)") }
        return Array((head + fields + ["", ""]).joined(separator: "\r\n").utf8) + (body?.bytes ?? [])
    }

    /// Sends the request and compares the response. A refusal has changed nothing.
    @discardableResult
    func run(on api: TestAPI = TestAPI()) async -> ClientResponse {
        let changesBefore = api.repository.changeCount
        let queuedBefore = api.queue.numbers
        let response = await api.response(to: request)
        let name = expect(response, describedBy: .gophermart, faults: response.faults)
        if response.status >= 400 {
            #expect(api.repository.changeCount == changesBefore, name, sourceLocation: location)
            #expect(api.queue.numbers == queuedBefore, name, sourceLocation: location)
        }
        return response
    }

    /// Compares a response with the expected one and with the API's description. Returns the comment that names both
    /// the request and the response.
    ///
    /// - Parameter faults: The response's own faults.
    func expect(_ response: ClientResponse, describedBy api: DescribedAPI, faults: [String]) -> Comment {
        let name = Comment(
            rawValue: "\(testDescription): \(response.fields) \(response.text.prefix(300).debugDescription)")
        #expect(response.status == status, name, sourceLocation: location)
        #expect(faults.isEmpty, name, sourceLocation: location)
        let undescribed = api.faults(of: response, to: request)
        #expect(undescribed.isEmpty, name, sourceLocation: location)
        for field in present { #expect(response.fields.contains(field), name, sourceLocation: location) }
        for field in absent { #expect(!response.has(field), name, sourceLocation: location) }
        if let text { #expect(response.text == text, name, sourceLocation: location) }
        if let part { #expect(response.text.contains(part), name, sourceLocation: location) }
        return name
    }
}

/// The bytes of a request's body, as text or otherwise.
struct Body: Sendable, ExpressibleByStringInterpolation {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(stringLiteral text: String) { bytes = Array(text.utf8) }

    static func gzip(_ text: String) -> Body { .gzip(Array(text.utf8)) }
    static func gzip(_ bytes: [UInt8]) -> Body { Body(GzipCompressor(level: 9).compress(bytes)) }
}
