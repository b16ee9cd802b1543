import Testing

@testable import HTTP

/// Feeds pieces to a parser as a connection does: the parser uses each piece as far as possible before the next one.
struct Reader {
    private(set) var transcript: Transcript = []
    private(set) var requests: [Request] = []
    private var isRefused = false
    /// The number of times that the parser has asked for a 100.
    private(set) var continueCount = 0
    /// The largest number of bytes in the buffer after a piece was parsed, including read bytes.
    private(set) var keptBytesMax = 0

    private let limits: Limits
    private var parser: RequestParser
    private var input = InputBuffer()

    init(limits: Limits = Limits()) {
        self.limits = limits
        parser = RequestParser(limits: limits)
    }

    /// The transcript of bytes that arrive together.
    static func transcript(of bytes: [UInt8], limits: Limits = Limits()) -> Transcript {
        transcript(of: [bytes[...]], limits: limits)
    }

    static func transcript(of pieces: [ArraySlice<UInt8>], limits: Limits = Limits()) -> Transcript {
        var reader = Reader(limits: limits)
        for piece in pieces { reader.read(piece) }
        reader.end()
        return reader.transcript
    }

    /// Feeds a piece. After an error, this has no effect.
    mutating func read(_ piece: ArraySlice<UInt8>) {
        if isRefused { return }
        input.append(piece)
        do throws(RequestError) {
            while try step() {}
        } catch {
            transcript.append(String(error.status.rawValue))
            isRefused = true
        }
        keptBytesMax = max(keptBytesMax, input.bytes.count)
    }

    /// Marks the end of the input.
    mutating func end() {
        if !isRefused, parser.isInsideBody || !input.isEmpty { transcript.append("…") }
    }

    /// Takes a step. Returns false if more input is needed.
    private mutating func step() throws(RequestError) -> Bool {
        switch try parser.parse(&input) {
        case .needsInput:
            // The parser uses all that it can: the bytes of a body at once, those of a head when it is complete.
            #expect(input.count <= (parser.isInsideBody ? 0 : limits.headBytesMax))
            return false
        case .needsContinue:
            #expect(input.isEmpty)
            continueCount += 1
        case .request(let request):
            #expect(!parser.isInsideBody)
            transcript.append(request.line)
            requests.append(request)
        }
        return true
    }
}
