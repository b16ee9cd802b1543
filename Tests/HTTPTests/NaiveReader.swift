@testable import HTTP

/// Parses the bytes of a connection by the grammar alone, with regular expressions over all of them. It is slow and
/// needs all bytes at once. The parser is compared with it.
struct NaiveReader {
    /// A line for each request, as in a ``Transcript``.
    private(set) var requests: [String] = []
    /// The possible ends of a transcript: no end for `[]`; `…`; or one of the statuses, if several are right for the
    /// bytes.
    private(set) var endings: Set<String> = []

    private let limits: Limits
    private var rest: Scalars

    init(reading input: [UInt8], limits: Limits) {
        self.limits = limits
        rest = Scalars(text(input).unicodeScalars)
        while endings.isEmpty, !rest.isEmpty { readRequest() }
    }

    private mutating func readRequest() {
        var emptyLines = 0
        while takeLineEnd() { emptyLines += 2 }
        let end = rest.end(of: "\r\n\r\n")
        let head = rest[..<(end ?? rest.endIndex)]
        var faults = sizeFaults(of: head, emptyLines: emptyLines)
        if head.hasBareLineEnd || head.contains("\0") { faults.insert("400") }
        guard let end, faults.isEmpty else {
            endings = !faults.isEmpty ? faults : rest.isEmpty ? [] : ["…"]
            return
        }
        rest = rest[end...]
        let parsed = NaiveHead(lines: head.lines, limits: limits)
        endings = parsed.faults
        guard endings.isEmpty else { return }
        guard let body = parsed.isChunked ? chunkedBody() : body(count: parsed.length) else { return }
        requests.append(parsed.line + (body.isEmpty ? "" : " '\(body)'"))
    }

    private func sizeFaults(of head: Scalars, emptyLines: Int) -> Set<String> {
        var faults: Set<String> = []
        let line = head.end(of: "\r\n").map { head[..<$0] } ?? head
        if line.count > limits.requestLineBytesMax + 2 { faults.insert("414") }
        if head.count + emptyLines > limits.headBytesMax { faults.insert("431") }
        return faults
    }

    private mutating func body(count: Int) -> String? {
        guard rest.count >= count else { return end("…") }
        defer { rest.removeFirst(count) }
        return String(rest.prefix(count))
    }

    /// The body; `nil` if it is incomplete or refused, in which case `endings` has the reason.
    private mutating func chunkedBody() -> String? {
        var body: Scalars = []
        var extensionBytes = 0
        while true {
            guard let line = takeChunkLine() else { return nil }
            extensionBytes += line.extensionBytes
            var faults: Set<String> = []
            if extensionBytes > limits.chunkExtensionsBytesMax { faults.insert("400") }
            if line.size > limits.bodyBytesMax - body.count { faults.insert("413") }
            endings = faults
            guard faults.isEmpty else { return nil }
            if line.size == 0 { return takeTrailers() ? String(body) : nil }
            body += rest.prefix(line.size)
            guard rest.count > line.size else { return end("…") }
            rest.removeFirst(line.size)
            guard takeLineEnd() else { return end(rest == ["\r"] ? "…" : "400") }
        }
    }

    private mutating func takeChunkLine() -> (size: Int, extensionBytes: Int)? {
        let lineEnd = rest.end(of: "\r\n")
        let line = lineEnd.map { rest[..<$0].dropLast(2) } ?? rest
        let isTooLong = line.count > limits.chunkLineBytesMax + (lineEnd == nil ? 1 : 0)
        let isWrong = isTooLong || line.hasControl(but: lineEnd == nil && line.last == "\r" ? 1 : 0)
        guard let lineEnd, !isWrong else {
            endings = [isWrong ? "400" : "…"]
            return nil
        }
        guard let parsed = Self.chunkLine(String(line)) else {
            endings = ["400"]
            return nil
        }
        rest = rest[lineEnd...]
        return parsed
    }

    private static func chunkLine(_ line: String) -> (size: Int, extensionBytes: Int)? {
        let size = /[0-9a-fA-F]+/
        let chunkExtension =
            /[ \t]*;[ \t]*[!#$%&'*+\-.^`|~\w]+(?:[ \t]*=[ \t]*(?:[!#$%&'*+\-.^`|~\w]+|"(?:[^"\\]|\\.)*"))?/
            .matchingSemantics(.unicodeScalar).asciiOnlyWordCharacters().dotMatchesNewlines()
        guard let match = line.prefixMatch(of: size) else { return nil }
        let extensions = line[match.range.upperBound...]
        var rest = extensions
        while let match = rest.prefixMatch(of: chunkExtension) { rest = rest[match.range.upperBound...] }
        guard rest.isEmpty else { return nil }
        let digits = match.output.drop { $0 == "0" }
        return (digits.count > 12 ? Int.max : Int(digits, radix: 16) ?? 0, extensions.unicodeScalars.count)
    }

    private mutating func takeTrailers() -> Bool {
        if takeLineEnd() { return true }
        let end = rest.end(of: "\r\n\r\n")
        let trailers = rest[..<(end ?? rest.endIndex)]
        var faults: Set<String> = []
        if trailers.hasBareLineEnd { faults.insert("400") }
        if trailers.count > limits.trailersBytesMax { faults.insert("431") }
        if let end, faults.isEmpty {
            faults = NaiveHead.fields(of: trailers.lines, limits: limits).faults
            rest = rest[end...]
            endings = faults
            return faults.isEmpty
        }
        endings = faults.isEmpty ? ["…"] : faults
        return false
    }

    private mutating func takeLineEnd() -> Bool {
        guard rest.starts(with: ["\r", "\n"]) else { return false }
        rest.removeFirst(2)
        return true
    }

    private mutating func end(_ ending: String) -> String? {
        endings = [ending]
        return nil
    }
}

extension NaiveReader: CustomStringConvertible {
    var description: String { "\(requests) \(endings.sorted())" }

    func agrees(with transcript: Transcript) -> Bool {
        let isWhole = endings.isEmpty && transcript == requests
        return isWhole || endings.contains { transcript == requests + [$0] }
    }
}

typealias Scalars = ArraySlice<Unicode.Scalar>

extension Scalars {
    /// The end of the first `separator`; `nil` if there is none.
    func end(of separator: String) -> Int? {
        let separator = Array(separator.unicodeScalars)
        return indices.first { self[$0...].starts(with: separator) }.map { $0 + separator.count }
    }

    /// True if there is a bare CR or LF. A CR at the very end may be followed by an LF later.
    var hasBareLineEnd: Bool {
        zip(self, dropFirst()).contains { ($0 == "\r") != ($1 == "\n") } || first == "\n"
    }

    /// Returns true if there is a control character other than a tab, apart from the last `count` characters.
    func hasControl(but count: Int) -> Bool {
        dropLast(count).contains { ($0.value < 0x20 && $0 != "\t") || $0.value == 0x7F }
    }

    /// The lines before the empty one.
    var lines: [String] {
        var lines: [String] = []
        var rest = self
        while let end = rest.end(of: "\r\n") {
            lines.append(String(rest[..<end].dropLast(2)))
            rest = rest[end...]
        }
        return lines.dropLast()
    }
}

extension String {
    init(_ scalars: Scalars) {
        self.init(UnicodeScalarView(scalars))
    }
}
