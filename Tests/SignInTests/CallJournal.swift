import Loyalty
import Synchronization
import TestSupport

/// The calls that the services made to the doubles of one test, in order.
final class CallJournal: Sendable {
    private let noted = Mutex<[String]>([])

    func note(_ call: String) { noted.withLock { $0.append(call) } }
    var calls: [String] { noted.withLock { $0 } }
}

extension InMemoryRepository {
    /// A repository that notes each call.
    convenience init(journal: CallJournal) {
        self.init(InMemoryStorage(unfinishedPerUserMax: .max))
        onCall = { journal.note($0) }
    }
}

extension PlainHasher {
    /// A hasher that notes each call.
    convenience init(journal: CallJournal, failure: LoyaltyError? = nil) {
        self.init(failure: failure) { journal.note($0) }
    }
}

extension KeptOrders {
    /// A queue that notes each call.
    convenience init(journal: CallJournal) {
        self.init { journal.note($0) }
    }
}
