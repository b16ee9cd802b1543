import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// Invalid requests: each gets a clear refusal, changes nothing, and keeps memory within bounds.
@Suite(.serialized)
struct BadInputTests {
    static let memoryKiBMax = 100 * 1024

    private static let order = orderNumber(1)

    private static let refusals: [(path: String, body: [UInt8], status: Int)] = [
        ("/api/user/register", Array("not json".utf8), 400),
        ("/api/user/register", Array(#"{"login":"a"}"#.utf8), 400),
        ("/api/user/register", Array(#"{"login":1,"password":"b"}"#.utf8), 400),
        ("/api/user/register", Array(#"{"login":"","password":"b"}"#.utf8), 400),
        ("/api/user/register", Array(#"{"login":"a","password":""}"#.utf8), 400),
        (
            "/api/user/register", Array(#"{"login":"\#(String(repeating: "x", count: 257))","password":"b"}"#.utf8),
            400
        ),
        ("/api/user/register", Array(#"{"login":"\#(String(repeating: "[", count: 8_000))"#.utf8), 400),
        ("/api/user/register", Array(String(repeating: "[", count: 8_192).utf8), 400),
        ("/api/user/register", Array(#"{"login":""#.utf8) + [0xFF] + Array(#"","password":"b"}"#.utf8), 400),
        ("/api/user/login", Array(#"{"login":"user","password":"wrong"}"#.utf8), 401),
        ("/api/user/login", Array(#"{"login":"nobody","password":"secret"}"#.utf8), 401),
        ("/api/user/orders", [], 400),
        ("/api/user/orders", Array("  \r\n".utf8), 400),
        ("/api/user/orders", Array("12345".utf8), 422),
        ("/api/user/orders", Array("12a".utf8), 422),
        ("/api/user/orders", [0xFF, 0xFE], 422),
        ("/api/user/orders", Array(String(repeating: "0", count: 1025).utf8), 422),
        ("/api/user/balance/withdraw", Array("[]".utf8), 400),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)"}"#.utf8), 400),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":"five"}"#.utf8), 400),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":"5"}"#.utf8), 402),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":-1}"#.utf8), 422),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":0}"#.utf8), 422),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":0.001}"#.utf8), 422),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":1e400}"#.utf8), 422),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":92233720368547758.08}"#.utf8), 422),
        ("/api/user/balance/withdraw", Array(#"{"order":"12345","sum":1}"#.utf8), 422),
        ("/api/user/balance/withdraw", Array(#"{"order":"\#(order)","sum":92233720368547758.07}"#.utf8), 402),
        ("/api/user/nowhere", [], 404),
        ("/api/user/balance", [], 405),
    ]

    @Test func refusalsAreClearAndChangeNothing() throws {
        let server = try Server.serving(in: try Folder())
        let client = try server.client()
        try client.register("user")
        for (path, body, status) in Self.refusals {
            let answer = try client.send("POST", path, bytes: body)
            #expect(answer.status == status, "\(path) \(String(decoding: body.prefix(80), as: UTF8.self))")
            #expect(answer["Content-Type"] == "application/problem+json")
            let problem = try #require(answer.json?.object)
            #expect(problem["status"]?.number?.literal == String(status))
            #expect(problem["detail"]?.string?.isEmpty == false)
        }
        #expect(try client.send("GET", "/api/user/balance").text == #"{"current":0,"withdrawn":0}"#)
        #expect(try client.send("GET", "/api/user/orders").status == 204)
        #expect(try client.send("GET", "/api/user/withdrawals").status == 204)
        #expect(try server.peakMemoryKiB() < Self.memoryKiBMax)
    }

    @Test func aHundredMegabytesAreRefusedAtTheHead() throws {
        let server = try Server.serving(in: try Folder())
        let client = try server.client()
        try client.write(
            Array("POST /api/user/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n".utf8))
        let megabyte = [UInt8](repeating: 0x31, count: 1 << 20)
        // The server reads on for a while, so that the answer is not reset away, and then closes.
        for _ in 0..<100 where (try? client.write(megabyte)) == nil { break }
        #expect(try client.answer().status == 413)
        try healthy(server)
    }

    @Test func anEndlessChunkedBodyIsRefused() throws {
        let server = try Server.serving(in: try Folder())
        let client = try server.client()
        try client.write(
            Array("POST /api/user/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x31, count: 0x10000) + Array("\r\n".utf8)
        for _ in 0..<1600 where (try? client.write(chunk)) == nil { break }
        #expect(try client.answer().status == 413)
        try healthy(server)
    }

    @Test func aGzipBombIsRefused() throws {
        let server = try Server.serving(in: try Folder())
        let client = try server.client()
        try client.register("user")
        let bomb = try gzip(zeroMegabytes: 7)
        #expect(bomb.count < 8_192)
        let answer = try client.send("POST", "/api/user/orders", bytes: bomb, fields: ["Content-Encoding: gzip"])
        #expect(answer.status == 413)
        #expect(try client.send("POST", "/api/user/orders", "x", fields: ["Content-Encoding: gzip"]).status == 400)
        #expect(try client.send("POST", "/api/user/orders", "x", fields: ["Content-Encoding: br"]).status == 415)
        try healthy(server)
    }

    @Test func anUnfinishedRequestEndsWithItsTimeout() throws {
        let server = try Server.serving(
            in: try Folder(),
            environment: ["MARTLET_HTTP_HEAD_TIMEOUT_MS": "300", "MARTLET_HTTP_BODY_TIMEOUT_MS": "300"])
        for half in [
            "GET /api/user/balance HT", "POST /api/user/login HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
        ] {
            let client = try server.client()
            try client.write(Array(half.utf8))
            #expect(try client.answer().status == 408)
            #expect(try client.isAtEnd())
        }
        try healthy(server)
    }

    @Test func largeResponsesAreCompressedAndCompressedRequestsRead() throws {
        let server = try Server.serving(in: try Folder())
        let client = try server.client()
        try client.register("user")
        let packed = try gzip(Array(orderNumber(1).utf8))
        #expect(
            try client.send("POST", "/api/user/orders", bytes: packed, fields: ["Content-Encoding: gzip"]).status == 202
        )
        for index in 2...20 { #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202) }
        let plain = try client.send("GET", "/api/user/orders")
        let answer = try client.send("GET", "/api/user/orders", fields: ["Accept-Encoding: gzip"])
        #expect(answer["Content-Encoding"] == "gzip")
        #expect(answer["Vary"] == "Accept-Encoding")
        #expect(try gunzip(answer.body) == plain.body)
        #expect(plain["Content-Encoding"] == nil)
    }

    private func healthy(_ server: Server) throws {
        #expect(try server.client().send("GET", "/api/user/balance").status == 401)
        #expect(try server.peakMemoryKiB() < Self.memoryKiBMax)
    }

    private func gzip(zeroMegabytes count: Int) throws -> [UInt8] {
        try shell("head -c \(count)M /dev/zero | gzip -9", input: [])
    }

    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] { try shell("gzip -c", input: bytes) }

    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] { try shell("gzip -dc", input: bytes) }
}

/// Returns the output of a shell command.
func shell(_ command: String, input: [UInt8] = []) throws -> [UInt8] {
    let output = Pipe()
    let source = Pipe()
    let process = try ChildProcess(
        "/bin/sh", ["-c", command], input: source.fileHandleForReading.fileDescriptor,
        output: output.fileHandleForWriting.fileDescriptor)
    try output.fileHandleForWriting.close()
    try source.fileHandleForReading.close()
    source.fileHandleForWriting.write(Data(input))
    try source.fileHandleForWriting.close()
    let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
    let status = process.waitForEnd()
    guard status == 0 else { throw TestFailure("\(command): \(status)") }
    return bytes
}
