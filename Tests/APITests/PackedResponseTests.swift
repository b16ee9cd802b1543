import Gzip
import TestSupport
import Testing

/// Responses that are packed if they are large and the client takes it.
@Suite struct PackedResponseTests {
    static let path = "/api/user/orders"
    /// The response with the list of orders that were uploaded one after the other.
    private static func list(of numbers: [String]) -> String {
        "["
            + numbers.reversed().map { #"{"number":"\#($0)","status":"NEW","uploaded_at":"2020-12-10T15:15:45Z"}"# }
            .joined(separator: ",") + "]"
    }

    /// An API whose list of carl's orders has this number of bytes, at least 66, and that list.
    private func listing(bytes count: Int) -> (api: TestAPI, text: String) {
        var numbers = ["00"]
        while count - Self.list(of: numbers).utf8.count > 700 { numbers.append("00") }
        let missing = count - Self.list(of: numbers).utf8.count
        numbers[0] += String(repeating: "0", count: missing)
        let api = TestAPI()
        for number in numbers { api.addOrder(number, .new, accrual: 0, at: TestClock.start, of: "carl") }
        return (api, Self.list(of: numbers))
    }

    private func get(_ accepted: [String], from api: TestAPI, method: String = "GET") async -> ClientResponse {
        let fields = accepted.map { "Accept-Encoding: \($0)" }
        return await Scenario("\(method) \(Self.path)", as: "carl", fields, gives: 200).run(on: api)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let accepted: [String]
        let isPacked: Bool
        var testDescription: String { "\(accepted) \(isPacked ? "packed" : "plain")" }

        init(_ accepted: String..., packed isPacked: Bool) {
            (self.accepted, self.isPacked) = (accepted, isPacked)
        }
    }

    @Test(arguments: [
        Case(packed: false),
        Case("", packed: false),
        Case("gzip", packed: true),
        Case("GZIP", packed: true),
        Case("x-gzip", packed: true),
        Case("*", packed: true),
        Case("gzip, deflate, br, zstd", packed: true),
        Case("br,gzip", packed: true),
        Case("br", "gzip", packed: true),
        Case(" , gzip ,", packed: true),
        Case("br", packed: false),
        Case("deflate", packed: false),
        Case("identity", packed: false),
        Case("gzipped", packed: false),
        Case("notgzip", packed: false),
        Case("gzip;q=1", packed: true),
        Case("gzip;q=1.000", packed: true),
        Case("gzip;Q=0.5", packed: true),
        Case("gzip ; q=0.5", packed: true),
        Case("gzip;q=0.001", packed: true),
        Case("gzip;q=1.", packed: true),
        Case("gzip;q=0", packed: false),
        Case("gzip;q=0.0", packed: false),
        Case("gzip;q=0.000", packed: false),
        Case("gzip;q=0.", packed: false),
        Case("gzip;q=0, *", packed: false),
        Case("*, gzip;q=0", packed: false),
        Case("*;q=0", packed: false),
        Case("*;q=0.1", packed: true),
        Case("*;q=0, gzip", packed: true),
        Case("identity;q=0", packed: false),
        Case("identity;q=0, gzip;q=0.1", packed: true),
        Case("identity;q=0, *;q=0.1", packed: true),
        // The coding with the greater weight is preferred. If they are equal, the smaller response is.
        Case("gzip, identity", packed: true),
        Case("identity, gzip", packed: true),
        Case("gzip;q=0.5, identity", packed: false),
        Case("gzip;q=0.5, identity;q=0.5", packed: true),
        Case("gzip;q=0.499, identity;q=0.5", packed: false),
        Case("gzip;q=0.501, identity;q=0.5", packed: true),
        Case("gzip;q=0.51, identity;q=0.6", packed: false),
        Case("gzip;q=0.019, identity;q=0.02", packed: false),
        Case("gzip;q=0.02, identity;q=0.019", packed: true),
        Case("*;q=0.5, identity", packed: false),
        Case("gzip;q=0.5, br", packed: true),
        Case("gzip;q=0, x-gzip", packed: true),
        Case("x-gzip, gzip;q=0", packed: true),
        // A malformed weight is ignored.
        Case("gzip;q=2", packed: false),
        Case("gzip;q=1.001", packed: false),
        Case("gzip;q=0.0001", packed: false),
        Case("gzip;q=0.5000", packed: false),
        Case("gzip;q=1.0000", packed: false),
        Case("gzip;q=-1", packed: false),
        Case("gzip;q=.5", packed: false),
        Case("gzip;q=", packed: false),
        Case("gzip;q=x", packed: false),
        Case("gzip;q=0,5", packed: false),
        Case("gzip;q=0.x", packed: false),
        Case("gzip;", packed: false),
        Case("gzip;level=9", packed: false),
        Case("gzip;q=1;x=2", packed: false),
    ])
    func packedIfTheClientTakesIt(_ example: Case) async throws {
        let (api, text) = listing(bytes: 2000)
        let response = await get(example.accepted, from: api)
        #expect(response["Content-Encoding"] == (example.isPacked ? "gzip" : nil))
        #expect(response["Vary"] == "Accept-Encoding")
        #expect(response["Content-Type"] == "application/json")
        #expect(response["Content-Length"] == String(response.body.count))
        let plain = example.isPacked ? try Gunzip.unpack(response.body, outputBytesMax: 1 << 20) : response.body
        #expect(plain == Array(text.utf8))
        #expect((response.body.count < 1000) == example.isPacked)
    }

    /// 1 KiB is where packing begins to be worth it; below, what the client takes does not matter.
    @Test(arguments: [(500, false), (1023, false), (1024, true), (1025, true), (3000, true)])
    func smallResponsesStayPlain(count: Int, isPacked: Bool) async {
        let (api, text) = listing(bytes: count)
        #expect(text.utf8.count == count)
        let response = await get(["gzip"], from: api)
        #expect(response["Content-Encoding"] == (isPacked ? "gzip" : nil))
        #expect(response["Vary"] == (isPacked ? "Accept-Encoding" : nil))
        #expect(isPacked || response.text == text)
    }

    @Test(arguments: ["gzip", "identity"])
    func headIsThatOfGet(accepted: String) async {
        let (api, _) = listing(bytes: 2000)
        let get = await get([accepted], from: api)
        let head = await self.get([accepted], from: api, method: "HEAD")
        #expect(head.fields == get.fields)
        #expect(head["Content-Encoding"] == (accepted == "gzip" ? "gzip" : nil))
        #expect(head.body.isEmpty && !get.body.isEmpty)
    }

    @Test func withdrawalsArePackedToo() async throws {
        let api = TestAPI()
        for _ in 0..<20 { api.addWithdrawal("00", 123, at: TestClock.start, of: "carl") }
        let plain = await Scenario("GET /api/user/withdrawals", as: "carl", gives: 200).run(on: api)
        let packed = await Scenario("GET /api/user/withdrawals", as: "carl", ["Accept-Encoding: gzip"], gives: 200)
            .run(on: api)
        #expect(plain["Vary"] == "Accept-Encoding" && packed["Vary"] == "Accept-Encoding")
        #expect(try Gunzip.unpack(packed.body, outputBytesMax: 1 << 20) == plain.body)
    }

    /// One response leaves nothing in the next.
    @Test func answersArePackedOneAfterTheOther() async throws {
        for count in [5000, 1024, 100_000, 2000] {
            let (api, text) = listing(bytes: count)
            for _ in 0..<2 {
                let response = await get(["gzip"], from: api)
                #expect(try Gunzip.unpack(response.body, outputBytesMax: 1 << 20) == Array(text.utf8))
            }
        }
    }
}
