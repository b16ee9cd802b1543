import HTTP
import JSON
import Posix
import Synchronization
import Testing

@testable import Front
@testable import Logging

@Suite struct LogLineTests {
    private static let moment: Int64 = 1_700_000_000_007

    /// Whatever a message quotes, a line is a line and steers no terminal.
    @Test(arguments: [
        ("plain", "plain"), ("a\nb\u{1B}[31m\0", "a\\nb\\u{1B}[31m\\u{0}"),
        ("\u{7F}\u{85}\u{9B}", "\\u{7F}\\u{85}\\u{9B}"),
        (#"a "quote" \ and é 🐦"#, #"a "quote" \ and é 🐦"#), ("", ""),
    ])
    func aLineIsALine(message: String, shown: String) throws {
        let line = LogLine(.warning, message, at: Self.moment)
        #expect(line.text == "2023-11-14T22:13:20.007Z WARNING \(shown)\n")
        let json = try JSONParser.parse(Array(line.json.dropLast().utf8))
        #expect(json.object?.members.map(\.name) == ["time", "level", "message"])
        #expect(json.object?["time"]?.string == "2023-11-14T22:13:20.007Z")
        #expect(json.object?["level"]?.string == "warning")
        #expect(json.object?["message"]?.string == shown)
        #expect(line.json.utf8.count { $0 < 0x20 } == 1)
    }

    @Test func aLineHasABoundedLength() {
        let line = LogLine(.info, String(repeating: "é\n", count: 10_000), at: 0)
        #expect(line.text.utf8.count < 6000)
        #expect(line.json.utf8.count < 6000)
        let record = Self.record(path: "/" + String(repeating: "1", count: 8000))
        #expect(LogLine(record, at: 0).json.utf8.count < 1500)
    }

    @Test(arguments: [
        ("/api/user/orders", "/api/user/orders"), ("/api/orders/12345678901234567890123456789012", nil), ("/", "/"),
        // A client has put a session's token here by mistake.
        ("/api/user/kWQ0r1dVYyVb8c3mI2s5nq9tYxVb8c3mI2s5nq9tYxU", "/api/user/…"),
        (
            String(repeating: "/abc", count: 62) + "/kWQ0r1dVYyVb8c3mI2s5nq9tYxVb8c3mI2s5nq9tYxU",
            String(repeating: "/abc", count: 62) + "/…"
        ),
        ("/%41%42%43%44%45%46%47%48%49/x", "/…/x"), ("//", "//"), ("*", "*"),
        (String(repeating: "/abc", count: 100), String(repeating: "/abc", count: 64) + "…"),
    ])
    func aPathIsShownWithoutPossibleTokens(path: String, shown: String?) {
        #expect(Self.record(path: path).loggedPath == shown ?? path)
    }

    /// The event loop that writes a line does not look at a long path as a whole.
    @Test func ofALongPathOnlyTheShownPartIsRead() {
        let slashes = String(repeating: "/", count: 8190)
        var readCount = 0
        let path = slashes.utf8.lazy.map { (byte: UInt8) -> UInt8 in
            readCount += 1
            return byte
        }
        #expect(RequestRecord.logged(path) == String(repeating: "/", count: 256) + "…")
        #expect(readCount < 2048)
    }

    @Test func aRequestHasItsPartsAsMembers() throws {
        let line = LogLine(Self.record(path: "/api/user/balance"), at: Self.moment)
        #expect(
            line.text
                == "2023-11-14T22:13:20.007Z REQUEST GET /api/user/balance: 200, 26 bytes in 1.031 ms, to 127.0.0.1, id-1\n"
        )
        let json = try JSONParser.parse(Array(line.json.utf8))
        let values = ["level": "request", "client": "127.0.0.1", "method": "GET", "path": "/api/user/balance"]
        for (name, value) in values { #expect(json.object?[name]?.string == value) }
        #expect(json.object?["request_id"]?.string == "id-1")
        for member in ["\"status\":200", "\"bytes\":26", "\"duration_ms\":1.031"] {
            #expect(line.json.contains(member))
        }
        let unread = LogLine(
            RequestRecord(
                client: IPAddress(ipv4: 0x7F00_0001), method: nil, path: nil, id: nil, status: .badRequest,
                bytes: nil, nanoseconds: 0), at: 0)
        #expect(unread.text.hasSuffix("REQUEST unreadable: 400 in 0.000 ms, to 127.0.0.1\n"))
        #expect(!unread.json.contains("path"))
    }

    static func record(path: String) -> RequestRecord {
        RequestRecord(
            client: IPAddress(ipv4: 0x7F00_0001), method: .get, path: Array(path.utf8), id: "id-1",
            status: .ok, bytes: 26, nanoseconds: 1_031_999)
    }
}

@Suite struct LogWriterTests {
    /// Keeps the written lines, or blocks the thread that writes.
    private final class Reader: Sendable {
        private let text = Mutex("")
        private let gate = BlockingQueue<Bool>(capacity: 1)
        /// Has an element as soon as the first lines have arrived.
        let begun = BlockingQueue<Bool>(capacity: 1)
        private let isHeld: Atomic<Bool>

        init(isHeld: Bool = false) { self.isHeld = Atomic(isHeld) }

        func write(_ more: String) {
            _ = begun.put(true)
            if isHeld.load(ordering: .relaxed) { _ = gate.take() }
            text.withLock { $0 += more }
        }

        func letGo() {
            isHeld.store(false, ordering: .relaxed)
            gate.close()
        }

        var lines: [String] { text.withLock { $0 }.split(separator: "\n").map(String.init) }
    }

    private static func logging(_ level: Log.Level, _ format: LogFormat = .text) -> LogSettings {
        var logging = LogSettings()
        (logging.level, logging.format) = (level, format)
        return logging
    }

    @Test func linesBelowTheLevelAreLeftOut() {
        for (number, level) in Log.Level.allCases.enumerated() {
            let reader = Reader()
            let writer = LogWriter(Self.logging(level), isTerminal: false) { reader.write($0) }
            #expect(writer.isEnabled == (level <= .request))
            writer.log.debug("one")
            if writer.isEnabled { writer.write(LogLineTests.record(path: "/two")) }
            writer.log.info("three")
            writer.log.warning("four")
            writer.log.error("five")
            writer.stop()
            #expect(reader.lines.count == 5 - number, "\(level)")
        }
    }

    @Test func thePlaceAndTheOwnerDecideOnTheFormat() {
        let cases: [(LogFormat, isTerminal: Bool, isJSON: Bool)] = [
            (.auto, true, false), (.auto, false, true), (.text, true, false), (.text, false, false),
            (.json, true, true), (.json, false, true),
        ]
        for (format, isTerminal, isJSON) in cases {
            let reader = Reader()
            let writer = LogWriter(Self.logging(.info, format), isTerminal: isTerminal) { reader.write($0) }
            writer.log.info("said")
            writer.stop()
            #expect(reader.lines.first?.hasPrefix("{") == isJSON, "\(format) \(isTerminal)")
        }
    }

    @Test func anotherLevelAndFormatHoldFromThenOn() {
        let reader = Reader()
        let writer = LogWriter(Self.logging(.info), isTerminal: false) { reader.write($0) }
        writer.log.info("one")
        writer.apply(Self.logging(.error, .json))
        writer.log.info("two")
        writer.log.error("three")
        writer.stop()
        #expect(reader.lines.count == 2)
        #expect(reader.lines.last?.hasPrefix("{") == true)
    }

    /// No thread waits for a reader that takes nothing. Lines that do not fit are dropped, errors last, and their
    /// number is logged once.
    @Test func aSlowReaderHoldsUpNoThread() {
        let reader = Reader(isHeld: true)
        let writer = LogWriter(Self.logging(.info), isTerminal: false) { reader.write($0) }
        for number in 0..<(3 * LogWriter.waitingLinesMax) { writer.log.info("line \(number)") }
        for number in 0..<100 { writer.log.error("trouble \(number)") }
        #expect(writer.droppedCount >= LogWriter.waitingLinesMax)
        let dropped = writer.droppedCount
        reader.letGo()
        writer.stop()
        #expect(reader.lines.count { $0.contains("ERROR   trouble") } == 100)
        #expect(reader.lines.count { $0.contains("\(dropped) lines of the log were dropped") } == 1)
        #expect(reader.lines.count == 3 * LogWriter.waitingLinesMax + 100 - dropped + 1)
    }

    @Test func aLineWithoutRoomIsNotMade() {
        let reader = Reader(isHeld: true)
        let writer = LogWriter(Self.logging(.debug), isTerminal: false) { reader.write($0) }
        var madeCount = 0
        func put(_ level: Log.Level) {
            writer.put(level) {
                madeCount += 1
                return LogLine(level, "line", at: 0)
            }
        }
        put(.error)
        // The thread takes no more lines.
        _ = reader.begun.take()
        while writer.droppedCount == 0 { put(.request) }
        let keptCount = madeCount
        #expect(keptCount == 1 + LogWriter.waitingLinesMax - LogWriter.waitingLinesOfTrouble)
        for level in [Log.Level.debug, .request, .info] { put(level) }
        #expect(madeCount == keptCount && writer.droppedCount == 4)
        put(.warning)
        #expect(madeCount == keptCount + 1 && writer.droppedCount == 4)
        reader.letGo()
        writer.stop()
    }

    @Test func flushedLinesAreWritten() {
        let reader = Reader()
        let writer = LogWriter(Self.logging(.info), isTerminal: false) { reader.write($0) }
        for number in 0..<1000 { writer.log.error("\(number)") }
        writer.log.flush()
        #expect(reader.lines.count == 1000)
        writer.stop()
    }

    /// The process ends even if its log is not read.
    @Test func stoppingDoesNotWaitForAReaderForEver() {
        let reader = Reader(isHeld: true)
        let writer = LogWriter(Self.logging(.info), isTerminal: false) { reader.write($0) }
        writer.log.error("unread")
        writer.stop()
        #expect(reader.lines.isEmpty)
        reader.letGo()
    }
}
