import Loyalty
import SignIn
import Storage
import Synchronization

/// A "hash" that shows its password, or a hasher without room.
package final class PlainHasher: PasswordHasher {
    private let failure: LoyaltyError?
    private let onCall: @Sendable (String) -> Void
    private let sources = Mutex<[AttemptSource]>([])

    /// - Parameters:
    ///   - failure: The error that every call throws; `nil` for none.
    ///   - onCall: Called with the name of each call.
    package init(failure: LoyaltyError? = nil, onCall: @escaping @Sendable (String) -> Void = { _ in }) {
        (self.failure, self.onCall) = (failure, onCall)
    }

    /// The sources whose passwords it was given.
    package var askedFrom: [AttemptSource] { sources.withLock { $0 } }

    package static func hash(_ password: String) -> PasswordHash { PasswordHash(text: "hash of \(password)") }

    package func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash {
        sources.withLock { $0.append(turn.source) }
        onCall("hash")
        if let failure { throw failure }
        return Self.hash(password.text)
    }

    package func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool {
        sources.withLock { $0.append(turn.source) }
        onCall(hash == nil ? "verify nil" : "verify")
        if let failure { throw failure }
        return hash == Self.hash(password.text)
    }
}

/// Tokens `new-1`, `new-2` …, and devices `device-000000000000001` …. The id of a token is the number of tokens
/// that were seen before it.
package final class CountedTokens: SessionTokens {
    private let made = Mutex(0)
    private let devicesMade = Mutex(0)
    private let seen = Mutex<[String]>([])

    package init() {}

    package func makeToken() -> SessionToken {
        SessionToken(
            text: made.withLock { count in
                count += 1
                return "new-\(count)"
            })
    }

    package func place(of device: Device) -> SignInPlace {
        SignInPlace(bytes: Array(device.text.utf8) + [UInt8](repeating: 0, count: 10))
    }

    package func makeDevice() -> Device {
        let number = devicesMade.withLock { count in
            count += 1
            return count
        }
        guard let device = Device(Self.device(number).utf8) else { preconditionFailure("its text has the length") }
        return device
    }

    package static func device(_ number: Int) -> String {
        "device-\(String(String(1_000_000_000_000_000 + number).dropFirst()))"
    }

    package func id(of token: SessionToken) -> SessionID {
        let place = seen.withLock { seen in
            if let place = seen.firstIndex(of: token.text) { return place }
            seen.append(token.text)
            return seen.count - 1
        }
        let name = Array("\(place)".utf8)
        return SessionID(bytes: name + [UInt8](repeating: 0, count: SessionID.byteCount - name.count))
    }
}
