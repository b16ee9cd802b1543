import Loyalty
import Storage

/// Data that a test puts into the store, each as one commit, and looks at.
extension InMemoryRepository {
    /// The number of commits that changed something. A refusal changes nothing.
    package var changeCount: Int { Int(storage.read { $0.commitCount }) }

    package var userCount: Int { storage.read { $0.users.count } }

    package var sessionCount: Int { storage.read { $0.sessions.count } }

    /// The most unfinished orders of one user.
    package var unfinishedPerUserMax: Int {
        get { storage.read { $0.unfinishedPerUserMax } }
        set { storage.write { $0.unfinishedPerUserMax = newValue } }
    }

    package func passwordHash(of login: Login) -> PasswordHash? {
        storage.read { $0.credentials(of: login)?.passwordHash }
    }

    package func addUser(_ login: Login, passwordHash: PasswordHash) -> UserID {
        let now = storage.clock()
        guard let user = storage.write({ $0.addUser(login, passwordHash, at: now) }) else {
            preconditionFailure("the login of a test's user must be free")
        }
        return user
    }

    package func disable(_ login: Login) {
        storage.write { tables in
            guard let index = tables.index(of: login) else { return }
            tables.users[index].state = .disabled
            tables.touch(tables.users[index].id)
        }
    }

    /// Forgets from where all users have signed in.
    package func forgetPlaces() { storage.write { $0.places = [:] } }

    package func put(_ session: NewSession, of user: UserID) {
        let now = storage.clock()
        storage.write { $0.addSession(session, of: user, at: now) }
    }

    package func remove(_ session: SessionID) {
        let now = storage.clock()
        storage.write { $0.endSession(session, at: now) }
    }

    package func put(_ order: Order, of user: UserID) {
        storage.write { tables in
            tables.uploads.append(InMemoryTables.Upload(user: user, order: order))
            tables.touch(user)
        }
    }

    package func put(_ withdrawal: Withdrawal, of user: UserID) {
        storage.write { tables in
            tables.spent.append(InMemoryTables.Spending(user: user, withdrawal: withdrawal))
            tables.touch(user)
        }
    }

    package func put(_ entry: LedgerEntry, of user: UserID) {
        storage.write { tables in
            tables.entries.append((user, AnnotatedEntry(entry: entry, note: nil)))
            tables.touch(user)
        }
    }

    package func setBalance(_ balance: Balance, of user: UserID) { storage.write { $0.setBalance(balance, of: user) } }

    package func credit(_ points: Points, to user: UserID) {
        storage.write { tables in
            let before = tables.balance(of: user)
            let sum = before.current.hundredths + points.hundredths
            tables.setBalance(Balance(current: Points(hundredths: sum), withdrawn: before.withdrawn), of: user)
        }
    }

    /// One commit that touches several users.
    package func touch(_ users: [UserID]) {
        storage.write { tables in
            for user in users { tables.touch(user) }
        }
    }
}
