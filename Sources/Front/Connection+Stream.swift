import HTTP

/// Following a stream: sending its news for as long as the client listens.
extension Connection: BodyStreamReader {
    func streamHasMore() {
        loop.makeRunnable(self)
    }

    func follow(_ stream: any BodyStream) throws(Ending) -> Bool {
        if state.input.clientHasFinished { return try breakOff(stream) }
        guard try flush() else {
            // A server that stops does not wait for a client that reads nothing.
            if loop.isStopping { throw .gone }
            return false
        }
        if state.takeBeat(every: stream.beatMilliseconds, loop.surroundings) { stream.beat() }
        if latePart.isNone, stream.nextTakesTurn {
            // The client gets the rest when it resumes.
            if loop.isStopping { return try breakOff(stream) }
            guard takePartTurn() else { return false }
        }
        switch try nextPart({ () throws(BodyFailure) in try stream.next() }) {
        case .end:
            stream.close()
            state.responseEnded()
            return try sendEnd()
        case .bytes(let bytes) where !bytes.isEmpty:
            if framing.isHTTP11 { outbox.append(chunk: bytes) } else { outbox.append(bytes) }
            return loop.isStopping ? try breakOff(stream) : true
        case .bytes, .notYet:
            if loop.isStopping { return try breakOff(stream) }
            state.streamIsSilent(loop.surroundings)
            return false
        }
    }

    /// Ends the stream, and then the connection.
    private func breakOff(_ stream: any BodyStream) throws(Ending) -> Bool {
        stream.close()
        state.breakOffStream()
        return try sendEnd()
    }

    /// Marks the end of the body, so that the client sees that the body is complete. Only chunks have such a mark.
    private func sendEnd() throws(Ending) -> Bool {
        if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
        guard try flush() else { throw .gone }
        return true
    }
}
