import HTTP

/// Following a stream: sending whatever it says, for as long as somebody listens.
extension Connection: BodyStreamReader {
    func beginFollowing(_ stream: any BodyStream) {
        stage = .following(stream)
        beatAt = loop.now + Int64(stream.beatMilliseconds) * 1_000_000
        stream.open(for: self)
    }

    func streamHasMore() {
        loop.makeRunnable(self)
    }

    /// Whoever only listens and closes its sending side has gone: most clients close both at once, and nothing but the next
    /// beat would tell.
    func endFollowing() {
        if case .following = stage { loop.makeRunnable(self) }
    }

    func follow(_ stream: any BodyStream) throws(Ending) -> Bool {
        if loop.isStopping || endWasReported { return try finish(stream, clientMaySend: false) }
        guard try flush() else { return false }
        if loop.now >= beatAt {
            beatAt = loop.now + Int64(stream.beatMilliseconds) * 1_000_000
            wait(for: .following)
            stream.beat()
        }
        guard let bytes = stream.next() else { return try finish(stream, clientMaySend: true) }
        guard !bytes.isEmpty else {
            if wait != .following { wait(for: .following) }
            return false
        }
        if framing.isHTTP11 { outbox.append(chunk: bytes) } else { outbox.append(bytes) }
        return true
    }

    /// Ends the body as a whole one, which chunks alone can say. A client that takes nothing is not waited for.
    private func finish(_ stream: any BodyStream, clientMaySend: Bool) throws(Ending) -> Bool {
        stream.close()
        stage = clientMaySend ? afterAnswer : .closing(clientMaySend: false)
        if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
        guard try flush() else { throw .gone }
        return true
    }
}
