import Loyalty
import SignIn
import Storage
import Synchronization
import TestSupport

/// The calls that the services made to the fakes of one test, in order.
final class FakeJournal: Sendable {
    private let noted = Mutex<[String]>([])

    func note(_ call: String) { noted.withLock { $0.append(call) } }
    var calls: [String] { noted.withLock { $0 } }
}

extension InMemoryRepository {
    /// A repository that notes each call.
    convenience init(journal: FakeJournal) {
        self.init(InMemoryStorage(unfinishedPerUserMax: .max))
        onCall = { journal.note($0) }
    }
}

/// A hasher whose hashes contain the password.
final class FakeHasher: PasswordHasher {
    let journal: FakeJournal
    private let failure: LoyaltyError?
    private let sources = Mutex<[AttemptSource]>([])

    init(journal: FakeJournal, failure: LoyaltyError? = nil) {
        (self.journal, self.failure) = (journal, failure)
    }

    /// The sources whose passwords it was given.
    var askedFrom: [AttemptSource] { sources.withLock { $0 } }

    func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash {
        sources.withLock { $0.append(turn.source) }
        journal.note("hash")
        if let failure { throw failure }
        return PasswordHash(text: "hash of \(password.text)")
    }

    func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool {
        sources.withLock { $0.append(turn.source) }
        journal.note(hash == nil ? "verify nil" : "verify")
        if let failure { throw failure }
        return hash?.text == "hash of \(password.text)"
    }
}

/// Makes the tokens 1, 2, 3 and so on, and devices likewise.
final class FakeTokens: SessionTokens {
    private let count = Mutex(0)
    private let devices = Mutex(0)

    func makeToken() -> SessionToken {
        SessionToken(
            text: count.withLock { count in
                count += 1
                return "token \(count)"
            })
    }

    func makeDevice() -> Device {
        .number(
            devices.withLock { count in
                count += 1
                return count
            })
    }

    func place(of device: Device) -> SignInPlace {
        SignInPlace(bytes: Array(device.text.utf8) + [UInt8](repeating: 0, count: 10))
    }

    func id(of token: SessionToken) -> SessionID {
        let text = token.text.utf8.prefix(SessionID.byteCount)
        return SessionID(bytes: text + [UInt8](repeating: 0, count: SessionID.byteCount - text.count))
    }
}

final class FakeQueue: OrderQueue {
    let journal: FakeJournal
    private let orders = Mutex<[UnfinishedOrder]>([])

    init(journal: FakeJournal) {
        self.journal = journal
    }

    func put(_ order: UnfinishedOrder) {
        journal.note("put")
        orders.withLock { $0.append(order) }
    }

    var taken: [UnfinishedOrder] { orders.withLock { $0 } }
}
