import Loyalty
import SignIn
import Storage
import Synchronization
import TestSupport

/// A "hash" that shows its password, or a hasher without room.
final class PlainHasher: PasswordHasher {
    private let failure: LoyaltyError?

    init(failure: LoyaltyError? = nil) {
        self.failure = failure
    }

    static func hash(_ password: String) -> PasswordHash { PasswordHash(text: "hash of \(password)") }

    func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash {
        if let failure { throw failure }
        return Self.hash(password.text)
    }

    func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool {
        if let failure { throw failure }
        return hash == Self.hash(password.text)
    }
}

/// Tokens `new-1`, `new-2` …, and devices `device-000000000000001` …. The id of a token is the number of tokens
/// that were seen before it.
final class CountedTokens: SessionTokens {
    private let made = Mutex(0)
    private let devicesMade = Mutex(0)
    private let seen = Mutex<[String]>([])

    func makeToken() -> SessionToken {
        SessionToken(
            text: made.withLock { count in
                count += 1
                return "new-\(count)"
            })
    }

    func place(of device: Device) -> SignInPlace {
        SignInPlace(bytes: Array(device.text.utf8) + [UInt8](repeating: 0, count: 10))
    }

    func makeDevice() -> Device {
        let number = devicesMade.withLock { count in
            count += 1
            return count
        }
        guard let device = Device(Self.device(number).utf8) else { preconditionFailure("its text has the length") }
        return device
    }

    static func device(_ number: Int) -> String {
        "device-\(String(String(1_000_000_000_000_000 + number).dropFirst()))"
    }

    func id(of token: SessionToken) -> SessionID {
        let place = seen.withLock { seen in
            if let place = seen.firstIndex(of: token.text) { return place }
            seen.append(token.text)
            return seen.count - 1
        }
        let name = Array("\(place)".utf8)
        return SessionID(bytes: name + [UInt8](repeating: 0, count: SessionID.byteCount - name.count))
    }
}

/// Keeps the orders that it is given.
final class KeptOrders: OrderQueue {
    private let orders = Mutex<[UnfinishedOrder]>([])

    func put(_ order: UnfinishedOrder) {
        orders.withLock { $0.append(order) }
    }

    var numbers: [String] { orders.withLock { $0.map(\.number.digits) } }
}

extension TestClock {
    /// The time at which the API's tests begin: 2020-12-10T15:15:45.999Z.
    static let start = Timestamp(milliseconds: 1_607_613_345_999)
}
