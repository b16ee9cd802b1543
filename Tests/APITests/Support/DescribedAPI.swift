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
    func faults(of answer: Answer, to request: [UInt8]) -> [String] {
        let line = String(decoding: request.prefix { $0 != 0x0D }, as: UTF8.self)
        guard let operation = operation(of: line[...]) else {
            return [204, 404, 405].contains(answer.status) || isShared(answer.status)
                ? [] : ["\(line) is not described"]
        }
        guard let response = operation["responses", String(answer.status)].map(document.resolving) else {
            return ["\(answer.status) is not described"]
        }
        return headFaults(of: answer, response) + bodyFaults(of: answer, response, isHead: line.hasPrefix("HEAD "))
    }

    private func isShared(_ status: Int) -> Bool {
        Status(rawValue: status).flatMap { document["components", "responses", $0.phrase.filter { $0 != " " }] } != nil
    }

    private func headFaults(of answer: Answer, _ response: JSONValue) -> [String] {
        (response["headers"]?.object?.members ?? []).flatMap { member -> [String] in
            let header = document.resolving(member.value)
            let value = member.name == "X-Request-Id" ? answer.requestIDs.first : answer[member.name]
            guard let value else {
                return header["required"] == .bool(true) ? ["no \(member.name)"] : []
            }
            guard let schema = header["schema"] else { return ["\(member.name) has no schema"] }
            let isNumber = document.resolving(schema)["type"]?.string == "integer"
            let read = isNumber ? try? JSONParser.parse(value.utf8) : .string(value)
            return JSONSchema(document: document).faults(of: read ?? .null, against: schema, at: member.name)
        }
    }

    private func bodyFaults(of answer: Answer, _ response: JSONValue, isHead: Bool) -> [String] {
        guard let type = answer["Content-Type"]?.prefix(while: { $0 != ";" }) else {
            return response["content"] == nil ? [] : ["no body, but one is described"]
        }
        guard let schema = response["content", String(type), "schema"] else { return ["\(type) is not described"] }
        guard !isHead, answer["Content-Encoding"] == nil else { return [] }
        let body = type.hasSuffix("json") ? try? JSONParser.parse(answer.body) : .string(answer.text)
        return JSONSchema(document: document).faults(of: body ?? .null, against: schema, at: "body")
    }
}

extension DescribedAPI {
    static let gophermart = DescribedAPI(TestAPI.body(of: "/openapi.json"))
    static let accrual = DescribedAPI(TestAccrualAPI.body(of: "/openapi.json"))
}

extension RequestHandler {
    /// The body of the response to GET, which is there at once.
    func body(of path: String) -> [UInt8] {
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        input.append(Scenario("GET \(path)", gives: 200).request[...])
        guard case .request(let request)? = try? parser.parse(&input), case .now(let response) = respond(to: request)
        else { preconditionFailure("the path is answered at once") }
        return Answer(response, omitsBody: false).body
    }
}
