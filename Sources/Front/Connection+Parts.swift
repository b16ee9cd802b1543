import Eventual
import HTTP

/// A part of a body that has to be waited for.
enum LatePart {
    case none
    /// A task is about to wait for the part.
    case toBeAwaited(Eventual<[UInt8]?, BodyFailure>)
    case awaited
    /// The part, or `nil` at the end of the body.
    case arrived([UInt8]?)
    case failed

    var isNone: Bool { if case .none = self { true } else { false } }
}

/// The next part of a body, at this moment.
enum NextPart {
    case bytes([UInt8])
    case end
    /// The connection is called when the part has come.
    case notYet
}

/// Sending a body part by part.
extension Connection {
    /// Makes the next part of a body when the client has taken those before it and it is the connection's turn.
    func sendPart(of parts: any BodyParts) throws(Ending) -> Bool {
        guard try flush() else { return false }
        if latePart.isNone, !takePartTurn() { return false }
        switch try nextPart({ () throws(BodyFailure) in try parts.next() }) {
        case .notYet: return false
        case .end:
            if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
            state.responseEnded()
            return true
        case .bytes(let bytes):
            if framing.isHTTP11 { outbox.append(chunk: bytes) } else { outbox.append(bytes) }
            if try flush() {
                state.partTurn.wait()
                loop.makeRunnable(self)
            }
            return false
        }
    }

    /// Returns true, once, if it is the connection's turn to make a part. Otherwise the loop will give it one.
    func takePartTurn() -> Bool {
        let hasTurn = state.partTurn.take()
        if !hasTurn { loop.makeRunnable(self) }
        return hasTurn
    }

    /// Returns the part that was waited for, or has `make` make the next one. If that one has to be waited for, a task
    /// waits.
    func nextPart(_ make: () throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure>) throws(Ending) -> NextPart {
        switch latePart {
        case .toBeAwaited, .awaited: return .notYet
        case .arrived(let bytes):
            latePart = .none
            return NextPart(bytes)
        case .failed: throw breakOffBody()
        case .none: break
        }
        do throws(BodyFailure) {
            let part = try make()
            if case .now(let bytes) = part { return NextPart(bytes) }
            latePart = .toBeAwaited(part)
        } catch {
            throw breakOffBody()
        }
        // The task keeps no reference to the connection: a part that comes late must not keep the socket of a client
        // that has gone, or of a stream that a stop has ended.
        Task(executorPreference: loop) { [weak self] in
            guard let part = self?.beginWaiting() else { return }
            let result: LatePart
            do throws(BodyFailure) { result = .arrived(try await part.get()) } catch { result = .failed }
            self?.takeLate(result)
        }
        return .notYet
    }

    private func beginWaiting() -> Eventual<[UInt8]?, BodyFailure>? {
        guard !state.isEnded, case .toBeAwaited(let part) = latePart else { return nil }
        latePart = .awaited
        return part
    }

    private func takeLate(_ part: LatePart) {
        guard !state.isEnded else { return }
        latePart = part
        loop.makeRunnable(self)
    }

    private func breakOffBody() -> Ending {
        // A client of HTTP/1.0 would take an orderly end of the connection for the end of the body.
        socket.resetWhenClosed()
        return .gone
    }
}

extension NextPart {
    fileprivate init(_ bytes: [UInt8]?) {
        self = if let bytes { .bytes(bytes) } else { .end }
    }
}
