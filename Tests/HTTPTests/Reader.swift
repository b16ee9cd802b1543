import Testing

@testable import HTTP

/// Feeds pieces to a parser as a connection does: all that it makes of one before the next.
struct Reader {
    private(set) var transcript: Transcript = []
    private(set) var requests: [Request] = []
    private var isRefused = false
    /// How often it was asked for a 100.
    private(set) var continueCount = 0
    /// The most bytes that were kept after a piece was read, read ones not yet forgotten among them.
    private(set) var keptBytesMax = 0

    private let limits: Limits
    private var parser: RequestParser
    private var input = InputBuffer()

    init(limits: Limits = Limits()) {
        self.limits = limits
        parser = RequestParser(limits: limits)
    }

    /// What whole input makes of itself.
    static func transcript(of bytes: [UInt8], limits: Limits = Limits()) -> Transcript {
        transcript(of: [bytes[...]], limits: limits)
    }

    static func transcript(of pieces: [ArraySlice<UInt8>], limits: Limits = Limits()) -> Transcript {
        var reader = Reader(limits: limits)
        for piece in pieces { reader.read(piece) }
        reader.end()
        return reader.transcript
    }

    /// Does nothing after an error.
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

    /// Says that no more comes.
    mutating func end() {
        if !isRefused, parser.isInsideBody || !input.isEmpty { transcript.append("…") }
    }

    /// Takes a step; false where more input is needed.
    private mutating func step() throws(RequestError) -> Bool {
        switch try parser.parse(&input) {
        case .needsInput:
            // What can be used is used: the bytes of a body at once, those of a head as soon as it is whole.
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
