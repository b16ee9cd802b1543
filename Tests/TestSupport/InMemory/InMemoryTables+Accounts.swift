import Loyalty
import Storage

extension InMemoryTables {
    /// Places of one kind that are kept of each user.
    private static let placesPerKindMax = 32

    func index(of login: Login) -> Int? { users.firstIndex { $0.login == login } }

    func credentials(of login: Login) -> Credentials? {
        index(of: login).map { index in
            Credentials(
                user: users[index].id, passwordHash: users[index].passwordHash,
                isEnabled: users[index].state == .active)
        }
    }

    /// Returns `nil` if the login is taken.
    mutating func addUser(_ login: Login, _ passwordHash: PasswordHash, at now: Timestamp) -> UserID? {
        guard index(of: login) == nil else { return nil }
        let user = UserID(rawValue: Int64(users.count + 1))
        users.append(User(id: user, login: login, passwordHash: passwordHash, createdAt: now))
        touch(user)
        return user
    }

    mutating func addSession(_ session: NewSession, of user: UserID, at now: Timestamp) {
        sessions[session.id] = (user, session.expiresAt)
        touch(user)
        let others = sessions.filter { $0.value.user == user && $0.key != session.id }.sorted {
            $0.value.expiresAt.milliseconds > $1.value.expiresAt.milliseconds
        }
        for other in others.dropFirst(session.perUserMax - 1) { endSession(other.key, at: now) }
        if let origin = session.origin {
            for place in [origin.network, origin.device] { remember(place, of: user, at: origin.at) }
        }
    }

    /// Returns true if the credentials are still those of an active user.
    func isCurrent(_ credentials: Credentials) -> Bool {
        users.contains {
            $0.id == credentials.user && $0.passwordHash == credentials.passwordHash && $0.state == .active
        }
    }

    mutating func replaceHash(of user: UserID, by hash: PasswordHash) {
        users[Int(user.rawValue) - 1].passwordHash = hash
        touch(user)
    }

    /// Returns false if the credentials are no longer right.
    mutating func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID?, _ kept: [SignInPlace],
        at now: Timestamp
    ) -> Bool {
        guard isCurrent(credentials) else { return false }
        setPassword(hash, of: credentials.user, keeping: session, kept, at: now)
        return true
    }

    mutating func setPassword(
        _ hash: PasswordHash, of user: UserID, keeping session: SessionID? = nil, _ kept: [SignInPlace] = [],
        at now: Timestamp
    ) {
        users[Int(user.rawValue) - 1].passwordHash = hash
        touch(user)
        endSessions(of: user, except: session, at: now)
        places[user]?.removeAll { !kept.contains($0.place) }
    }

    mutating func endSessions(of user: UserID, except kept: SessionID? = nil, at now: Timestamp) {
        for id in sessions.filter({ $0.value.user == user && $0.key != kept }).keys { endSession(id, at: now) }
    }

    private mutating func remember(_ place: SignInPlace, of user: UserID, at now: Timestamp) {
        var known = places[user] ?? []
        if let index = known.firstIndex(where: { $0.place == place }) {
            known[index].returned = true
            known[index].usedAt = now
        } else {
            known.append(Place(place: place, usedAt: now))
        }
        // Places to which the user never came back are forgotten first, and then those that were not used for longest.
        let surplus = known.filter { $0.place.isDevice == place.isDevice && $0.place != place }.sorted {
            ($0.returned ? 1 : 0, $0.usedAt.milliseconds) > ($1.returned ? 1 : 0, $1.usedAt.milliseconds)
        }.dropFirst(Self.placesPerKindMax - 1).map(\.place)
        known.removeAll { surplus.contains($0.place) }
        places[user] = known
    }
}
