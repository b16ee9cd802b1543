import Eventual
import HTTP
import Posix

/// Answering.
extension Connection {
    func respond(to request: Request) {
        begin(request)
        let response = loop.handler.respond(to: request)
        if case .now(let response) = response { return take(response) }
        stage = .answering
        pendingResponse = response
        Task(executorPreference: loop) { await self.waitForResponse() }
    }

    /// Notes how the answer has to be framed.
    func begin(_ request: Request) {
        isFresh = false
        wait(for: .nothing)
        framing.keepsAlive = request.keepsAlive
        framing.isHTTP11 = request.isHTTP11
        framing.omitsBody = request.method == .head
        exchange = loop.begin(request)
    }

    private func waitForResponse() async {
        guard let pending = pendingResponse else { preconditionFailure("a request must be answered once") }
        pendingResponse = nil
        let response = await pending.get()
        // Its client may have gone meanwhile, where answers before this one could not be sent.
        guard !isEnded else { return }
        take(response)
        loop.makeRunnable(self)
    }

    func take(_ response: Response) {
        framing.date = loop.date
        clientMaySend = framing.keepsAlive
        if loop.isStopping { framing.keepsAlive = false }
        if !response.body.isWhole, !framing.isHTTP11, !framing.omitsBody { framing.keepsAlive = false }
        switch response.body {
        case .parts(let parts) where !framing.omitsBody: stage = .streaming(parts)
        case .stream(let stream) where !framing.omitsBody: beginFollowing(stream)
        default: stage = afterAnswer
        }
        outbox.append(response, framing)
        loop.note(response, to: exchange, of: peerAddress)
    }

    /// Whoever was free to go on may have done so already, where it is us who end it.
    var afterAnswer: Stage { framing.keepsAlive ? .reading : .closing(clientMaySend: clientMaySend) }

    /// Makes the next part once those before it were taken, and it is the connection's turn.
    func sendPart(of parts: any BodyParts) throws(Ending) -> Bool {
        guard try flush() else { return false }
        guard takePartTurn() else { return false }
        let part: [UInt8]?
        do throws(BodyFailure) {
            part = try parts.next()
        } catch {
            // An end would tell a client of HTTP/1.0 that this was all.
            socket.resetWhenClosed()
            throw .gone
        }
        guard let part else {
            if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
            stage = afterAnswer
            return true
        }
        if framing.isHTTP11 { outbox.append(chunk: part) } else { outbox.append(part) }
        if try flush() { awaitPart() }
        return false
    }

    /// Whether it is its turn to make a part, which is used up with that; where it isn't, it will come.
    func takePartTurn() -> Bool {
        guard mayMakePart else {
            awaitPart()
            return false
        }
        mayMakePart = false
        return true
    }

    private func awaitPart() {
        awaitsPart = true
        loop.makeRunnable(self)
    }

    /// Its turn has come among those whose steps cost much: if it waits to make a part, it may.
    func takeDearTurn() {
        guard awaitsPart else { return }
        awaitsPart = false
        mayMakePart = true
    }

    /// Sends what there is; false where the client has to take some of it first.
    func flush() throws(Ending) -> Bool {
        while !outbox.isEmpty {
            let countBefore = outbox.count
            let hasSent: Bool
            do throws(SystemError) { hasSent = try outbox.send(to: socket) } catch { throw .gone }
            loop.counters.sentBytes.add(countBefore - outbox.count)
            guard hasSent else {
                if wait != .writing { wait(for: .writing) }
                if isExpired { throw .gone }
                return false
            }
            if wait == .writing { wait(for: .writing) }
        }
        if wait == .writing { wait(for: .nothing) }
        return true
    }
}
