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
        requestBytes = 0
        framing.date = loop.date
        framing.keepsAlive = state.beginResponse(
            response.body, omitsBody: framing.omitsBody, isHTTP11: framing.isHTTP11, loop.surroundings)
        if case .following(let stream) = state.stage { stream.open(for: self) }
        outbox.append(response, framing)
        loop.note(response, to: exchange, of: peerAddress, omitsBody: framing.omitsBody)
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
