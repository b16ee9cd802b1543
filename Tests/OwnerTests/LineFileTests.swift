import Foundation
import Posix
import TestSupport
import Testing

@Suite struct LineFileTests {
    private static let lineBytesMax = 1000

    /// The lines of a file; `nil` for each line that is too long.
    private func lines(of bytes: [UInt8]) throws -> [[UInt8]?] {
        let folder = try TemporaryFolder(prefix: "martlet-test-")
        defer { folder.remove() }
        let path = "\(folder.path)/lines"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var reader = try LineFile(path: path, lineBytesMax: Self.lineBytesMax)
        var lines: [[UInt8]?] = []
        while let line = try reader.next(until: Cancellation()) {
            switch line {
            case .bytes(let bytes): lines.append(Array(bytes))
            case .tooLong: lines.append(nil)
            }
        }
        return lines
    }

    @Test func linesAreThoseBetweenLineEnds() throws {
        let cases: [(String, [String])] = [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("\n", [""]), ("a\n\nb", ["a", "", "b"]),
            ("a\r\nb\n", ["a\r", "b"]),
        ]
        for (text, expected) in cases {
            let found = try lines(of: Array(text.utf8)).map { $0.map { String(decoding: $0, as: UTF8.self) } }
            #expect(found == expected, "\(text)")
        }
    }

    /// Lines about as long as allowed, and as long as what is read at once.
    @Test func randomLines() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<20 {
            var bytes: [UInt8] = []
            var expected: [[UInt8]?] = []
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let lengths = [0, 1, 999, 1000, 1001, 262_143, 262_144, 262_145, 600_000]
                let line = [UInt8](
                    repeating: .random(in: 0x20...0x7E, using: &random), count: lengths.randomElement(using: &random)!)
                bytes += line + [0x0A]
                expected.append(line.count > Self.lineBytesMax ? nil : line)
            }
            if Bool.random(using: &random), expected.last??.isEmpty == false { bytes.removeLast() }
            #expect(try lines(of: bytes) == expected)
        }
    }

    @Test func aFolderAndAMissingFileAreRefused() {
        for (path, code) in [("/", EISDIR), ("/no/such/file", ENOENT)] {
            #expect(throws: SystemError(code: code, call: "open")) {
                _ = try LineFile(path: path, lineBytesMax: 1)
            }
        }
    }

    /// A pipe without a writer, and a line without an end.
    @Test(arguments: [false, true]) func aWaitForALineIsCancelled(isEndless: Bool) throws {
        let folder = try TemporaryFolder(prefix: "martlet-test-")
        defer { folder.remove() }
        let pipe = "\(folder.path)/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let (cancellation, isCancelled) = (Cancellation(), Flag())
        let reading = Thread(name: "reading") {
            #expect(throws: SystemError(code: ECANCELED, call: "read")) {
                var reader = try LineFile(path: isEndless ? "/dev/zero" : pipe, lineBytesMax: 10)
                _ = try reader.next(until: cancellation)
            }
            isCancelled.set()
        }
        cancellation.cancel()
        try eventually { isCancelled.isSet }
        reading.join()
    }

    @Test func aNewFileGetsItsNameWhenItIsComplete() throws {
        let folder = try TemporaryFolder(prefix: "martlet-test-")
        defer { folder.remove() }
        let path = "\(folder.path)/new"
        var file = try NewFile(path: path)
        try file.write(Array("text".utf8))
        #expect(!PrivateFile.exists(path: path))
        #expect(try FileManager.default.attributesOfItem(atPath: path + ".partial")[.posixPermissions] as? Int == 0o600)
        try file.complete()
        #expect(try File.read(path: path, bytesMax: 9) == Array("text".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["new"])
        #expect(throws: SystemError(code: EEXIST, call: "open")) { _ = try NewFile(path: path) }
        let other = try NewFile(path: path + "2")
        other.discard()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["new"])
    }
}
