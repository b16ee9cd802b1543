import HTTP
import JSON
import Testing

/// The description of an API, with which responses are compared.
struct DescribedAPI: Sendable {
    let document: JSONValue

    init(_ bytes: [UInt8]) {
        guard let document = try? JSONParser.parse(bytes) else { preconditionFailure("the document is JSON") }
        self.document = document
    }

    /// The operation of a request line; `nil` if its path or method is not described.
    func operation(of line: Substring) -> JSONValue? {
        let words = line.split(separator: " ")
        guard words.count > 1 else { return nil }
        let target = words[1].hasPrefix("http://") ? words[1].dropFirst(7).drop { $0 != "/" } : words[1]
        let path = target.prefix { $0 != "?" }
        let method = words[0] == "HEAD" ? "get" : words[0].lowercased()
        for (described, item) in (document["paths"]?.object?.members ?? []).map({ ($0.name, $0.value) })
        where Self.matches(path, described) {
            return item.object?[method]
        }
        return nil
    }

    private static func matches(_ path: Substring, _ described: String) -> Bool {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let names = described.split(separator: "/")
        guard segments.count == names.count + 1 else { return false }
        return zip(segments.dropFirst(), names).allSatisfy { $0 == $1 || $1.hasPrefix("{") && !$0.isEmpty }
    }

    /// The parts of a response that are described otherwise, or not at all. A path or method that is not described gets
    /// 404, 405 or OPTIONS. A refusal of a request that could not be read may come from any operation.
    func faults(of response: ClientResponse, to request: [UInt8]) -> [String] {
        let line = String(decoding: request.prefix { $0 != 0x0D }, as: UTF8.self)
        guard let operation = operation(of: line[...]) else {
            return [204, 404, 405].contains(response.status) || isShared(response.status)
                ? [] : ["\(line) is not described"]
        }
        guard let described = operation["responses", String(response.status)].map(document.resolving) else {
            return ["\(response.status) is not described"]
        }
        return headFaults(of: response, described)
            + bodyFaults(of: response, described, isHead: line.hasPrefix("HEAD "))
    }

    private func isShared(_ status: Int) -> Bool {
        Status(rawValue: status).flatMap { document["components", "responses", $0.phrase.filter { $0 != " " }] } != nil
    }

    private func headFaults(of response: ClientResponse, _ described: JSONValue) -> [String] {
        (described["headers"]?.object?.members ?? []).flatMap { member -> [String] in
            let header = document.resolving(member.value)
            let value = member.name == "X-Request-Id" ? response.requestIDs.first : response[member.name]
            guard let value else {
                return header["required"] == .bool(true) ? ["no \(member.name)"] : []
            }
            guard let schema = header["schema"] else { return ["\(member.name) has no schema"] }
            let isNumber = document.resolving(schema)["type"]?.string == "integer"
            let read = isNumber ? try? JSONParser.parse(value.utf8) : .string(value)
            return JSONSchema(document: document).faults(of: read ?? .null, against: schema, at: member.name)
        }
    }

    private func bodyFaults(of response: ClientResponse, _ described: JSONValue, isHead: Bool) -> [String] {
        guard let type = response["Content-Type"]?.prefix(while: { $0 != ";" }) else {
            return described["content"] == nil ? [] : ["no body, but one is described"]
        }
        guard let schema = described["content", String(type), "schema"] else { return ["\(type) is not described"] }
        guard !isHead, response["Content-Encoding"] == nil else { return [] }
        let body = type.hasSuffix("json") ? try? JSONParser.parse(response.body) : .string(response.text)
        return JSONSchema(document: document).faults(of: body ?? .null, against: schema, at: "body")
    }
}

extension DescribedAPI {
    static let gophermart = DescribedAPI(TestAPI.body(of: "/openapi.json"))
    static let accrual = DescribedAPI(TestAccrualAPI.body(of: "/openapi.json"))
    static let staff = DescribedAPI(TestStaffAPI.body(of: "/openapi.json"))
}

extension RequestHandler {
    /// The body of the response to GET, which is there at once.
    func body(of path: String) -> [UInt8] {
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        input.append(Scenario("GET \(path)", gives: 200).request[...])
        guard case .request(let request)? = try? parser.parse(&input), case .now(let response) = respond(to: request)
        else { preconditionFailure("the path is answered at once") }
        return ClientResponse(response, omitsBody: false).body
    }
}
