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
        if endWasReported { return try finish(stream, clientMaySend: false) }
        guard try flush() else {
            // A stop waits for nobody who takes nothing.
            if loop.isStopping { throw .gone }
            return false
        }
        if loop.now >= beatAt {
            beatAt = loop.now + Int64(stream.beatMilliseconds) * 1_000_000
            wait(for: .following)
            stream.beat()
        }
        if stream.nextTakesTurn {
            // What a client misses now it gets when it comes back.
            if loop.isStopping { return try finish(stream, clientMaySend: false) }
            guard takePartTurn() else { return false }
        }
        guard let bytes = stream.next() else { return try finish(stream, clientMaySend: true) }
        if framing.isHTTP11 { outbox.append(chunk: bytes) } else { outbox.append(bytes) }
        if loop.isStopping { return try finish(stream, clientMaySend: false) }
        guard bytes.isEmpty else { return true }
        if wait != .following { wait(for: .following) }
        return false
    }

    /// Ends the body as a whole one, which chunks alone can say.
    private func finish(_ stream: any BodyStream, clientMaySend: Bool) throws(Ending) -> Bool {
        stream.close()
        stage = clientMaySend ? afterAnswer : .closing(clientMaySend: false)
        if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
        guard try flush() else { throw .gone }
        return true
    }
}
