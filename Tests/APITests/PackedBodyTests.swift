import Gzip
import Testing

/// Request bodies with a content coding.
@Suite struct PackedBodyTests {
    static let gzip = ["Content-Encoding: gzip"]

    static func upload(
        _ fields: [String], _ body: Body?, gives status: Int, part: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) -> Scenario {
        let present = status == 415 ? ["Accept-Encoding: gzip"] : []
        let absent = status == 415 ? [] : ["Accept-Encoding"]
        return Scenario(
            "POST /api/user/orders", as: "ann", fields, body: body, gives: status, has: present, lacks: absent,
            part: part, at: location)
    }

    static let packed = Body.gzip("00").bytes
    static let packedTwice = Body.gzip(packed)

    static let codings: [Scenario] = [
        upload(gzip, .gzip("00"), gives: 202),
        upload(gzip, .gzip("\n 00 \r\n"), gives: 202),
        upload(["content-encoding: GZip"], .gzip("00"), gives: 202),
        upload(["Content-Encoding: x-gzip"], .gzip("00"), gives: 202),
        upload(["Content-Encoding: X-GZIP"], .gzip("00"), gives: 202),
        upload(["Content-Encoding: identity"], "00", gives: 202),
        upload(["Content-Encoding: Identity, identity"], "00", gives: 202),
        upload(["Content-Encoding:"], "00", gives: 202),
        upload(["Content-Encoding: ,"], "00", gives: 202),
        upload(["Content-Encoding: identity, gzip"], .gzip("00"), gives: 202),
        upload(["Content-Encoding: gzip", "Content-Encoding: identity"], .gzip("00"), gives: 202),
        upload(["Content-Encoding: br"], "00", gives: 415),
        upload(["Content-Encoding: deflate"], "00", gives: 415),
        upload(["Content-Encoding: zstd"], .gzip("00"), gives: 415),
        upload(["Content-Encoding: *"], "00", gives: 415),
        upload(["Content-Encoding: gzip;q=1"], .gzip("00"), gives: 415),
        upload(["Content-Encoding: gzip, gzip"], packedTwice, gives: 415),
        upload(["Content-Encoding: gzip", "Content-Encoding: gzip"], packedTwice, gives: 415),
        upload(["Content-Encoding: gzip, br"], .gzip("00"), gives: 415),
        upload(["Content-Encoding: br, gzip"], .gzip("00"), gives: 415),
        upload(["Content-Encoding: identity", "Content-Encoding: br"], "00", gives: 415),
        // The content is handled as if it were plain.
        upload(gzip, .gzip("18"), gives: 200),
        upload(gzip, .gzip("91"), gives: 409),
        upload(gzip, .gzip("17"), gives: 422),
        upload(gzip, .gzip(""), gives: 400, part: "no order number"),
        upload(gzip, packedTwice, gives: 422),
        // Without the name of the coding, packed bytes are not digits.
        upload([], .gzip("00"), gives: 422),
    ]

    static let broken: [Scenario] = [
        upload(gzip, nil, gives: 400, part: "not whole gzip data"),
        upload(gzip, "", gives: 400),
        upload(gzip, "00", gives: 400, part: "not whole gzip data"),
        upload(gzip, Body([0x1F, 0x8B]), gives: 400),
        upload(gzip, Body(packed + [0]), gives: 400),
        upload(gzip, Body(packed + packed.dropLast()), gives: 400),
        upload(gzip, Body(packed.dropLast(8) + [0, 0, 0, 0, 2, 0, 0, 0]), gives: 400),
        upload(gzip, Body(packed.dropLast(4) + [3, 0, 0, 0]), gives: 400),
        upload(gzip, Body([0x78, 0x9C, 0x33, 0x30, 0x00, 0x00, 0x00, 0xC1, 0x00, 0x61]), gives: 400),
    ]

    @Test(arguments: codings + broken)
    func body(_ scenario: Scenario) async { await scenario.run() }

    /// Two members of gzip are one body (RFC 1952, section 2.2).
    @Test func membersFollowEachOther() async {
        await Self.upload(Self.gzip, Body(Body.gzip("0").bytes + Body.gzip("0").bytes), gives: 202).run()
    }

    @Test func truncatedBodyIsRefusedWhereverItIsCut() async {
        for count in 0..<Self.packed.count {
            await Self.upload(Self.gzip, Body(Array(Self.packed.prefix(count))), gives: 400).run()
        }
    }

    @Test(arguments: JSONBodyTests.routes)
    func jsonMayBePacked(route: JSONBodyTests.Route) async {
        let line = "POST \(route.path)"
        await Scenario(line, as: "ann", Self.gzip, body: .gzip("{\(route.members)}"), gives: 200).run()
        await Scenario(line, as: "ann", Self.gzip, body: .gzip("{\(route.members)"), gives: 400).run()
        await Scenario(line, as: "ann", Self.gzip, body: "{\(route.members)}", gives: 400).run()
        await Scenario(line, as: "ann", ["Content-Encoding: br"], body: "{\(route.members)}", gives: 415).run()
    }

    /// The limit applies to the unpacked bytes.
    @Test(arguments: [(2048, 202), (2049, 413), (1_000_000, 413)])
    func bodyIsLimitedAfterUnpacking(count: Int, status: Int) async {
        let api = TestAPI { $0.bodyBytesMax = 2048 }
        let body = Body.gzip([UInt8](repeating: 0x20, count: count - 2) + [0x30, 0x30])
        let part = status == 413 ? "more than 2048 bytes" : nil
        await Self.upload(Self.gzip, body, gives: status, part: part).run(on: api)
    }

    /// About 8 KiB that unpack to 8 MiB.
    @Test func bombIsRefused() async {
        let bomb = Body.gzip([UInt8](repeating: 0x30, count: 8_000_000))
        #expect(bomb.bytes.count < 8_192)
        await Self.upload(Self.gzip, bomb, gives: 413).run()
        await Scenario("POST /api/user/login", Self.gzip, body: bomb, gives: 413).run()
        await Scenario("POST /api/user/orders", Self.gzip, body: bomb, gives: 401).run()
    }
}
