import EndToEndSupport
import Foundation
import SQLite
import TestSupport
import Testing

/// Random writes of another program into the files of a busy server: it acknowledges nothing that is lost without an
/// error line.
@Suite(.serialized, .filesOfSQLite)
struct RandomOverwriteTests {
    private static let connections = 3
    private static let seeds = 1...24 as ClosedRange<UInt64>

    @Test func nothingAcknowledgedIsLostWithoutAWord() throws {
        let shop = try OverwrittenShop()
        let (template, client) = try shop.open()
        let authorization = client.authorization
        try OverwrittenShop.stop(template)
        try shop.run("cp martlet.db template.db")
        var noticed = 0
        for seed in Self.seeds {
            try shop.run("rm -f martlet.db*; cp template.db martlet.db")
            noticed += try run(seed, shop, authorization) ? 1 : 0
        }
        #expect(noticed > Self.seeds.count / 2, "most of them destroy something: \(noticed)")
    }

    /// Returns true if the server noticed the write.
    private func run(_ seed: UInt64, _ shop: OverwrittenShop, _ authorization: String?) throws -> Bool {
        var random = SeededRandom(seed: seed)
        let server = try shop.serve()
        let loads = try (0..<Self.connections).map { index in
            let client = try server.client()
            client.authorization = authorization
            return UploadLoad(client, first: 10_000 * (index + 1))
        }
        try eventually("uploads are under way") { loads.allSatisfy { $0.acknowledged > 0 } }
        Thread.sleep(forTimeInterval: Double.random(in: 0..<0.3, using: &random))
        let write = try ForeignWrite(of: shop.folder.file("martlet.db"), other: shop.folder.file("other.db"), &random)
        try write.run()
        let end = Date(timeIntervalSinceNow: 1.2)
        while Date() < end, !server.logText.contains("\"level\":\"error\"") { Thread.sleep(forTimeInterval: 0.005) }
        let hasNoticed = server.logText.contains("\"level\":\"error\"")
        // Long enough for several batches.
        if hasNoticed { try eventually("an upload is refused") { loads.contains { !$0.isRunning || $0.wasRefused } } }
        for load in loads { load.stop() }
        for load in loads { #expect(load.acknowledgedAfterRefusal == 0, "seed \(seed): \(write)") }
        server.signal(SIGTERM)
        let status = try server.waitForEnd()
        #expect(status == (hasNoticed ? 74 : 0), "seed \(seed): \(write): \(server.logText)")
        if !hasNoticed { try expectAll(loads.flatMap(\.numbers), in: shop, "seed \(seed): \(write)") }
        return hasNoticed
    }

    private func expectAll(_ numbers: [Int], in shop: OverwrittenShop, _ comment: String) throws {
        let check = try shop.command("check")
        #expect(check.status == 0, "\(comment): \(check)")
        let database = try Database(path: shop.folder.file("martlet.db"), mode: .readOnly)
        for number in numbers {
            let count = try database.first("SELECT count(*) FROM orders WHERE number = ?", orderNumber(number)) {
                $0.integer(0)
            }
            #expect(count == 1, "\(comment): \(number)")
        }
    }
}

/// A write of a program that knows nothing of SQLite.
private struct ForeignWrite: CustomStringConvertible {
    private enum Kind {
        case cut(bytes: Int)
        case bytes([UInt8], offset: Int)
        case copy([UInt8])
    }

    private let path: String
    private let kind: Kind

    init(of database: String, other: String, _ random: inout SeededRandom) throws {
        path = database + (Bool.random(using: &random) ? "-wal" : "")
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0: kind = .cut(bytes: Int.random(in: 0..<max(1, size), using: &random))
        case 1: kind = .copy(Array(try Data(contentsOf: URL(fileURLWithPath: other))))
        default:
            let count = [1, 100, 4096, 20_000].randomElement(using: &random)!
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            kind = .bytes(bytes, offset: Int.random(in: 0..<max(1, size), using: &random))
        }
    }

    var description: String {
        switch kind {
        case .cut(let bytes): "\(path) cut to \(bytes)"
        case .bytes(let bytes, let offset): "\(bytes.count) bytes at \(offset) of \(path)"
        case .copy: "a copy into \(path)"
        }
    }

    func run() throws {
        switch kind {
        case .cut(let bytes): guard truncate(path, bytes) == 0 else { throw TestFailure("truncate: \(errno)") }
        case .bytes(let bytes, let offset): try write(bytes, at: offset, flags: O_WRONLY)
        case .copy(let bytes): try write(bytes, at: 0, flags: O_WRONLY | O_TRUNC)
        }
    }

    private func write(_ bytes: [UInt8], at offset: Int, flags: Int32) throws {
        let descriptor = Foundation.open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw TestFailure("open: \(errno)") }
        defer { close(descriptor) }
        guard pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
            throw TestFailure("pwrite: \(errno)")
        }
    }
}
