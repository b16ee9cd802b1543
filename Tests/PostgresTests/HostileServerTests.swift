import Glibc
import Posix
import Postgres
import Synchronization
import TestSupport
import Testing

/// A program that is no server, or a server that misbehaves.
@Suite(.serialized)
struct HostileServerTests {
    /// A server on a thread of its own that answers each connection with fixed bytes.
    private final class FakeServer: Sendable {
        let listener: LoopbackListener
        private let thread: Thread

        /// - Parameter serve: gets the descriptor of each connection, which is closed after it.
        init(_ serve: @escaping @Sendable (CInt) -> Void) throws {
            let listener = try LoopbackListener()
            self.listener = listener
            thread = Thread(name: "fake") {
                while let connection = listener.accept() {
                    serve(connection)
                    close(connection)
                }
            }
        }

        func connect(limits: ConnectionLimits = ConnectionLimits(), milliseconds: Int) throws -> Connection {
            let library = try library.get()
            let address = try ConnectionAddress(
                "postgresql://ann@127.0.0.1:\(listener.port)/shop?sslmode=disable&gssencmode=disable", with: library)
            return try Connection.open(
                address, application: "tests", with: library, limits: limits, until: .after(milliseconds: milliseconds))
        }

        func stop() {
            listener.shutDown()
            thread.join()
            listener.close()
        }

        /// Sends bytes. Returns false if the client is gone.
        static func send(_ bytes: [UInt8], to connection: CInt) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        /// Reads what the client has sent so far. Returns false if the client is gone.
        @discardableResult
        static func receive(from connection: CInt) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            return read(connection, &buffer, buffer.count) > 0
        }
    }

    /// A message of the protocol: a letter, the length of the rest with itself, and the rest
    /// (protocol-message-formats.html).
    private static func message(_ letter: Character, _ body: [UInt8]) -> [UInt8] {
        [letter.asciiValue!] + integer(body.count + 4) + body
    }

    private static func integer(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

    /// The bytes that a server sends until the client may send statements.
    private static let greeting: [UInt8] =
        message("R", integer(0)) + message("S", text("server_version") + text("15.0"))
        + message("S", text("client_encoding") + text("UTF8"))
        + message("S", text("default_transaction_read_only") + text("off"))
        + message("S", text("in_hot_standby") + text("off")) + message("K", integer(1) + integer(2))
        + message("Z", Array("I".utf8))

    /// The messages with which a server answers `SELECT` of one row and a synchronization.
    private static let answers: [[UInt8]] = [
        message("1", []), message("2", []),
        message("T", [0, 1] + text("a") + integer(0) + [0, 0] + integer(20) + [0, 8] + integer(-1) + [0, 1]),
        message("D", [0, 1] + integer(8) + [0, 0, 0, 0, 0, 0, 0, 7]), message("C", text("SELECT 1")),
        message("Z", Array("I".utf8)),
    ]

    /// The double is one that libpq believes, or the other tests would prove nothing.
    @Test func theDoubleIsBelieved() throws {
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            _ = FakeServer.send(Self.greeting, to: connection)
            FakeServer.receive(from: connection)
            _ = FakeServer.send(Self.answers.flatMap { $0 }, to: connection)
            FakeServer.receive(from: connection)
        }
        defer { server.stop() }
        var connection = try server.connect(milliseconds: patienceMilliseconds)
        let value = try connection.run("SELECT a", until: patience) { rows throws(PostgresError) in
            try rows.first { row throws(PostgresError) in try row.integer(0) }
        }
        #expect(value == 7)
        _ = consume connection
    }

    /// A session that listens gets the errors of notifications after its commit, and in the place of its answer.
    @Test(arguments: [
        ("58P01", true), ("53100", true), ("57014", true), ("XX000", true), ("23505", false), ("40001", false),
        ("55P03", false),
    ])
    func anErrorInThePlaceOfACommitIsNoRollback(_ code: String, _ isInDoubt: Bool) throws {
        let failure = Self.failure(code)
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            guard FakeServer.send(Self.greeting, to: connection), FakeServer.receive(from: connection) else { return }
            let end = Self.answers.count - 1
            _ = FakeServer.send(
                Self.answers[..<end].flatMap { $0 } + failure + Self.answers[end], to: connection)
            FakeServer.receive(from: connection)
        }
        defer { server.stop() }
        var connection = try server.connect(milliseconds: patienceMilliseconds)
        let error = #expect(throws: PostgresError.self) { try connection.run("SELECT a", until: patience) }
        let isCommitPending = connection.isCommitPending
        _ = consume connection
        let fate = error.map { CommitFate.after($0, isCommitSent: isCommitPending) }
        let expected: CommitFate = isInDoubt ? .inDoubt : .nothingHappened
        #expect(fate == expected)
        #expect(error?.isEndOfConnection == isInDoubt)
        #expect(error?.state?.description == code)
    }

    private static func failure(_ code: String) -> [UInt8] {
        let fields = ["SERROR", "VERROR", "C\(code)", "Mcould not access status of transaction 7"]
        return message("E", fields.flatMap { text($0) } + [0])
    }

    /// A session that listens and is idle gets them too, and has missed a notification then.
    @Test func anErrorWithoutAQuestionEndsTheWaitForNotifications() throws {
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            guard FakeServer.send(Self.greeting, to: connection), FakeServer.receive(from: connection) else { return }
            let end = Self.message("Z", Array("I".utf8))
            _ = FakeServer.send(Self.answers.flatMap { $0 } + Self.failure("58P01") + end, to: connection)
            FakeServer.receive(from: connection)
        }
        defer { server.stop() }
        var connection = try server.connect(milliseconds: patienceMilliseconds)
        try connection.run("SELECT a", until: patience)
        let error = #expect(throws: PostgresError.self) { try connection.waitForNotifications(until: patience) }
        _ = consume connection
        #expect(error?.description == "could not access status of transaction 7 (58P01)")
        #expect(error?.isEndOfConnection == true)
    }

    /// Bytes are changed, left out, repeated or invented while a connection is made and while it is answered.
    @Test func garbageIsAnErrorAndNoCrash() throws {
        let script = Mutex<(greeting: [UInt8], answer: [UInt8])>(([], []))
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            let (greeting, answer) = script.withLock { $0 }
            guard FakeServer.send(greeting, to: connection), FakeServer.receive(from: connection) else { return }
            _ = FakeServer.send(answer, to: connection)
        }
        defer { server.stop() }
        var random = SeededRandom(seed: 16)
        var outcomes: [String: Int] = [:]
        for _ in 0..<600 {
            let isGreetingBroken = Int.random(in: 0..<4, using: &random) == 0
            let greeting = isGreetingBroken ? Self.broken(Self.greeting, &random) : Self.greeting
            let answer = Self.broken(Self.answers.flatMap { $0 }, &random)
            script.withLock { $0 = (greeting, answer) }
            do {
                var connection = try server.connect(milliseconds: 100)
                _ = try connection.run("SELECT a", until: .after(milliseconds: 100)) { rows throws(PostgresError) in
                    try rows.all { row throws(PostgresError) in
                        (try? row.text(0), try? row.bytes(0), try row.integer(0))
                    }
                }
                outcomes["answered", default: 0] += 1
            } catch let error as PostgresError {
                outcomes["\(error.cause)".prefix(6).description, default: 0] += 1
            }
        }
        // Most are noticed; some break nothing that matters.
        #expect(outcomes["answered", default: 0] < 300, "\(outcomes)")
        #expect(outcomes.count >= 3, "\(outcomes)")
    }

    private static func broken(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<max(1, bytes.count), using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where !bytes.isEmpty: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1 where !bytes.isEmpty: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...9, using: &random)))
            case 3: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 20)], at: index)
            case 4: bytes = Array(bytes.prefix(index))
            default: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF], at: min(index, bytes.count))
            }
        }
        return bytes
    }

    /// A server that sends rows without end is left at the limit of an answer.
    @Test func anEndlessAnswerIsCutOff() throws {
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            guard FakeServer.send(Self.greeting, to: connection), FakeServer.receive(from: connection),
                FakeServer.send(Self.answers[0] + Self.answers[1] + Self.answers[2], to: connection)
            else { return }
            let rows = Array(repeating: Self.answers[3], count: 4096).flatMap { $0 }
            while FakeServer.send(rows, to: connection) {}
        }
        defer { server.stop() }
        var limits = ConnectionLimits()
        limits.answerBytesMax = 8 << 20
        var connection = try server.connect(limits: limits, milliseconds: patienceMilliseconds)
        let before = try Self.residentBytes()
        let error = #expect(throws: PostgresError.self) {
            try connection.run("SELECT a", until: patience)
        }
        #expect(error?.cause == .protocolViolation)
        // Other tests of this process run meanwhile; the answer would have filled gigabytes before its deadline.
        #expect(try Self.residentBytes() - before < 512 << 20)
        _ = consume connection
    }

    /// Other messages without end are left at the deadline, or at the limit.
    @Test(arguments: ["N", "S", "A", "E"])
    func endlessMessagesAreCutOff(_ letter: Character) throws {
        let body: [UInt8] =
            switch letter {
            case "S": Self.text("a") + Self.text("b")
            case "A": Self.integer(1) + Self.text("channel") + Self.text("payload")
            default:
                Array("S".utf8) + Self.text("NOTICE") + Array("C00000".utf8) + [0] + Array("M".utf8)
                    + Self.text("words") + [0]
            }
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            guard FakeServer.send(Self.greeting, to: connection), FakeServer.receive(from: connection) else { return }
            let messages = Array(repeating: Self.message(letter, body), count: 4096).flatMap { $0 }
            while FakeServer.send(messages, to: connection) {}
        }
        defer { server.stop() }
        var limits = ConnectionLimits()
        limits.answerBytesMax = 8 << 20
        var connection = try server.connect(limits: limits, milliseconds: patienceMilliseconds)
        #expect(throws: PostgresError.self) { try connection.run("SELECT a", until: .after(milliseconds: 10_000)) }
        _ = consume connection
    }

    /// A server that announces a message of a gigabyte and sends little of it is left at the deadline.
    @Test func aHugeMessageIsNotBelieved() throws {
        let server = try FakeServer { connection in
            FakeServer.receive(from: connection)
            guard FakeServer.send(Self.greeting, to: connection), FakeServer.receive(from: connection) else { return }
            let start = Self.answers[0] + Self.answers[1] + Self.answers[2]
            _ = FakeServer.send(start + Array("D".utf8) + Self.integer(1 << 30) + [0, 1], to: connection)
            FakeServer.receive(from: connection)
        }
        defer { server.stop() }
        var connection = try server.connect(milliseconds: patienceMilliseconds)
        let before = try Self.residentBytes()
        let error = #expect(throws: PostgresError.self) {
            try connection.run("SELECT a", until: .after(milliseconds: 200))
        }
        #expect(error?.isEndOfConnection == true)
        #expect(try Self.residentBytes() - before < 512 << 20)
        _ = consume connection
    }

    /// The resident memory of this process (proc(5), statm).
    private static func residentBytes() throws -> Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        let fields = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { throw TestFailure("no memory in /proc/self/statm") }
        return pages * Int(sysconf(CInt(_SC_PAGESIZE)))
    }
}
