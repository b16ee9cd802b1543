import Eventual
import HTTP
import Posix

/// Responding to requests.
extension Connection {
    func respond(to request: Request) {
        begin(request)
        let response = loop.handler.respond(to: request)
        if case .now(let response) = response { return take(response) }
        pendingResponse = response
        Task(executorPreference: loop) { await self.waitForResponse() }
    }

    /// Notes the facts about the request on which the framing of its response depends.
    func begin(_ request: Request) {
        state.beginRequest(keepsAlive: request.keepsAlive)
        framing.isHTTP11 = request.isHTTP11
        framing.omitsBody = request.method == .head
        exchange = loop.begin(request)
    }

    private func waitForResponse() async {
        guard let pending = pendingResponse else { preconditionFailure("a request must be answered once") }
        pendingResponse = nil
        let response = await pending.get()
        // The connection may have ended in the meantime, if the responses before this one could not be sent.
        guard !state.isEnded else { return }
        take(response)
        loop.makeRunnable(self)
    }

    func take(_ response: Response) {
        framing.date = loop.date
        framing.keepsAlive = state.beginResponse(
            response.body, omitsBody: framing.omitsBody, isHTTP11: framing.isHTTP11, loop.surroundings)
        if case .following(let stream) = state.stage { stream.open(for: self) }
        outbox.append(response, framing)
        loop.note(response, to: exchange, of: peerAddress)
    }

    /// Makes the next part of a body when the client has taken those before it and it is the connection's turn.
    func sendPart(of parts: any BodyParts) throws(Ending) -> Bool {
        guard try flush(), takePartTurn() else { return false }
        let part: [UInt8]?
        do throws(BodyFailure) {
            part = try parts.next()
        } catch {
            // A client of HTTP/1.0 would take an orderly end of the connection for the end of the body.
            socket.resetWhenClosed()
            throw .gone
        }
        guard let part else {
            if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
            state.responseEnded()
            return true
        }
        if framing.isHTTP11 { outbox.append(chunk: part) } else { outbox.append(part) }
        if try flush() {
            state.partTurn.wait()
            loop.makeRunnable(self)
        }
        return false
    }

    /// Returns true, once, if it is the connection's turn to make a part. Else the loop will give it a turn.
    func takePartTurn() -> Bool {
        let hasTurn = state.partTurn.take()
        if !hasTurn { loop.makeRunnable(self) }
        return hasTurn
    }

    /// Sends the bytes that are ready. Returns false if the client has to read some of them first.
    func flush() throws(Ending) -> Bool {
        while !outbox.isEmpty {
            let countBefore = outbox.count
            let hasSent: Bool
            do throws(SystemError) { hasSent = try outbox.send(to: socket) } catch { throw .gone }
            loop.counters.sentBytes.add(countBefore - outbox.count)
            guard hasSent else {
                guard state.sendingIsBlocked(loop.surroundings) else { throw .gone }
                return false
            }
            state.someBytesWereSent(loop.surroundings)
        }
        state.allBytesWereSent()
        return true
    }
}
