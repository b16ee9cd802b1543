import HTTP
import JSON
import TestSupport
import Web

@testable import API

/// A response as its client reads it.
struct ClientResponse: Equatable {
    let status: Int
    /// `Name: value`, in the order of the response, with `Date`. `X-Request-Id` is left out, since no two responses
    /// share it.
    let fields: [String]
    let requestIDs: [String]
    private(set) var body: [UInt8]

    /// A response whose parts are there at once.
    init(_ response: Response, omitsBody: Bool) {
        self.init(head: response, omitsBody: omitsBody)
        guard case .parts(let parts) = response.body, !omitsBody else { return }
        while let part = try? parts.next().atOnce { body += part }
    }

    /// A response, after waiting for its parts. Those that follow a failure are missing.
    static func received(_ response: Response, omitsBody: Bool) async -> ClientResponse {
        var received = ClientResponse(head: response, omitsBody: omitsBody)
        guard case .parts(let parts) = response.body, !omitsBody else { return received }
        while let part = try? await parts.next().get() { received.body += part }
        return received
    }

    /// A response without its parts.
    private init(head response: Response, omitsBody: Bool) {
        var bytes: [UInt8] = []
        let context = Encoder.Context(
            keepsAlive: true, isHTTP11: true, omitsBody: omitsBody, date: Array("Thu, 10 Dec 2020 15:15:45 GMT".utf8))
        Encoder.encode(response, context, into: &bytes)
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .prefix { $0 != [0x0D] }.map { String(decoding: $0.dropLast(), as: UTF8.self) }
        status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let name = "X-Request-Id: "
        fields = lines.dropFirst().filter { !$0.hasPrefix(name) }
        requestIDs = lines.filter { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
        body = Array(bytes.dropFirst(lines.reduce(0) { $0 + $1.utf8.count + 2 } + 2))
    }

    static func == (left: ClientResponse, right: ClientResponse) -> Bool {
        left.status == right.status && left.fields == right.fields && left.body == right.body
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the only field of the name, or of the first cookie.
    subscript(_ name: String) -> String? {
        let values = fields.filter { $0.hasPrefix(name + ": ") }.map { $0.dropFirst(name.count + 2) }
        return values.count == 1 || name == "Set-Cookie" ? values.first.map { String($0) } : nil
    }

    func has(_ name: String) -> Bool { fields.contains { $0.hasPrefix(name + ": ") } }
}

extension ClientResponse {
    /// The faults that a response may not have whatever the request was.
    var faults: [String] {
        var faults: [String] = []
        func expect(_ isTrue: Bool, _ fault: String) { if !isTrue { faults.append(fault) } }
        // Only cookies have a field each (RFC 6265, section 3).
        let names = fields.map { $0.prefix { $0 != ":" } }.filter { $0 != "Set-Cookie" }
        expect(Set(names).count == names.count, "a field stands twice")
        expect(has("Date"), "no Date")
        // A cache before the server would give one user's response to another.
        let caching = self["Cache-Control"] ?? ""
        expect(["no-store", "private, no-cache", "no-cache"].contains(caching), "caches may keep it: \(caching)")
        let isFramed = has("Content-Length") != (self["Transfer-Encoding"] == "chunked")
        let isBodiless = status == 204 || status == 304
        expect(isFramed != isBodiless, "a length or chunks stand everywhere but in a 204 or 304")
        expect(!isBodiless || body.isEmpty, "a 204 or 304 with a body")
        expect(requestIDs.count == 1, "a response has one request id")
        let hasBody = has("Transfer-Encoding") || self["Content-Length"] ?? "0" != "0"
        expect(has("Content-Type") == hasBody, "Content-Type stands where a body is")
        expect(self["WWW-Authenticate"] == (status == 401 ? "Bearer" : nil), "every 401 asks for Bearer, and no other")
        expect(status == 204 || has("Allow") == (status == 405), "every 405 has Allow, and no other but OPTIONS")
        expect(has("Retry-After") == (status == 429 || status == 503), "Retry-After stands in every 429 and 503")
        if status >= 400 { faults += problemFaults }
        return faults
    }

    /// The faults of a problem document (RFC 9457, section 3.1). A response to HEAD has none.
    private var problemFaults: [String] {
        guard self["Content-Type"] == "application/problem+json" else { return ["not application/problem+json"] }
        guard !body.isEmpty else { return [] }
        guard let object = try? JSONParser.parse(body).object else { return ["the problem is no JSON object"] }
        var faults: [String] = []
        if object.members.map(\.name) != ["type", "title", "status", "detail", "request_id"] {
            faults.append("other members")
        }
        let type = ProblemType.all.first { object["type"]?.string == "/docs#problem-\($0.name)" }
        if type == nil { faults.append("an unknown type") }
        if object["title"]?.string != type?.title { faults.append("another type's title") }
        if status != type?.status.rawValue { faults.append("another type's status") }
        if object["request_id"]?.string != requestIDs.first { faults.append("another request's id") }
        if object["status"]?.number?.literal != String(status) { faults.append("another status in the document") }
        let detail = object["detail"]?.string ?? ""
        if !detail.hasSuffix(".") { faults.append("the detail is no sentence: \(detail)") }
        let plain = detail.lowercased().replacing("http/1.", with: "")
        for word in ["sql", "select ", "insert ", "update ", "/", "\\", ".swift", "secret"] where plain.contains(word) {
            faults.append("the detail tells too much: \(detail)")
        }
        return faults
    }
}
