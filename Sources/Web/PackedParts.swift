import Eventual
import Gzip
import HTTP

/// Packs a body part by part.
final class PackedParts: BodyParts {
    /// Limits the bodies that one event loop packs at once. Each keeps zlib's state, a quarter of a megabyte, until its
    /// client has read it all. Above the limit, bodies are sent unpacked.
    final class Budget {
        static let streamsMax = 64
        fileprivate(set) var streamCount = 0
    }

    private let parts: any BodyParts
    private let stream: GzipStream
    private let budget: Budget
    private var isFinished = false

    /// Returns `nil` if too many bodies are being packed.
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

    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        guard !isFinished else { return .now(nil) }
        return try parts.next().map { part in self.pack(part) }
    }

    private func pack(_ part: [UInt8]?) -> [UInt8] {
        if let part { return stream.compress(part) }
        isFinished = true
        return stream.finish()
    }
}
