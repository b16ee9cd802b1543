import Gzip
import HTTP

/// A body that is packed part by part.
final class PackedParts: BodyParts {
    /// How many bodies are packed at the moment by one event loop. Each holds zlib's state for as long as its client takes to
    /// read it all, a quarter of a megabyte; over the limit, bodies go out unpacked.
    final class Budget {
        static let streamsMax = 64
        fileprivate(set) var streamCount = 0
    }

    private let parts: any BodyParts
    private let stream: GzipStream
    private let budget: Budget
    private var isFinished = false

    /// Nil where too many are packed already.
    init?(_ parts: any BodyParts, budget: Budget) {
        guard budget.streamCount < Budget.streamsMax else { return nil }
        budget.streamCount += 1
        self.parts = parts
        self.budget = budget
        stream = GzipStream(level: ContentCoding.level)
    }

    deinit {
        budget.streamCount -= 1
    }

    func next() throws(BodyFailure) -> [UInt8]? {
        guard !isFinished else { return nil }
        if let part = try parts.next() { return stream.compress(part) }
        isFinished = true
        return stream.finish()
    }
}
