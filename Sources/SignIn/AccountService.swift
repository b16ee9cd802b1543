import Eventual
import Loyalty
import Storage

/// Registers users, signs them in and out, changes their passwords, and finds the session that belongs to a token.
///
/// A sign-in takes these steps, each of which a type of this room decides:
///
/// 1. What is the attempt counted against: the client's network, or a device that the login has used before?
///    (``AttemptSource``)
/// 2. Does the source already have too many hashes in progress? Then the sign-in is refused. (``AccountThrottle``)
/// 3. Have too many sign-ins failed? Then the client has to wait. (``SignInLimits``)
/// 4. The password waits for its turn at the hasher, where known sources and strangers, and networks among them, take
///    turns. (``HashingTurn``, ``FairQueue``)
/// 5. The hasher verifies it, on a thread of its own. (``PasswordHasher``)
/// 6. A failure is counted. After a success there is a session, and the network and the device are known for the login.
///    A hash of another kind than the hasher's gives way to one of the hasher's.
package struct AccountService {
    private let repository: any Repository
    private let hasher: any PasswordHasher
    private let tokens: any SessionTokens
    private let clock: WallClock
    private let policy: AccountPolicy
    private let throttle: AccountThrottle
    private let isRegistrationOpenByConfiguration: Bool

    /// - Parameter isRegistrationOpen: true if customers may register themselves, as long as the owner has not decided
    ///   otherwise at run time.
    package init(
        repository: any Repository, hasher: any PasswordHasher, tokens: any SessionTokens, policy: AccountPolicy,
        throttle: AccountThrottle, isRegistrationOpen: Bool = true, clock: @escaping WallClock
    ) {
        isRegistrationOpenByConfiguration = isRegistrationOpen
        self.repository = repository
        self.hasher = hasher
        self.tokens = tokens
        self.policy = policy
        self.throttle = throttle
        self.clock = clock
    }

    /// True if customers may register themselves: as the owner decided at run time, else as the configuration says.
    package func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool, LoyaltyError> {
        try repository.isRegistrationOpen().map { $0 ?? isRegistrationOpenByConfiguration }
    }

    /// Adds a user and signs them in.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)``, ``LoyaltyError/registrationClosed``, ``LoyaltyError/loginTaken``,
    ///   ``LoyaltyError/tooManyRegistrations(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func register(
        login: String, password: String, from network: ClientNetwork
    ) async throws(LoyaltyError) -> SignedIn {
        let login = try Login(new: login)
        let password = try Password(password, bytesMin: policy.passwordBytesMin)
        let turn = HashingTurn(source: .network(network), network: network, isKnown: false)
        let hash = try await throttle.hashing(from: turn.source) { () async throws(LoyaltyError) -> PasswordHash in
            // Attempts with a taken login count as well, because the answer reveals that the login has an account here.
            try throttle.countRegistration(from: network)
            // A closed registration discloses no taken login, and costs no hash.
            guard try await isRegistrationOpen().get() else { throw .registrationClosed }
            // A taken login is refused before the costly hash. The writer checks again, because two registrations may
            // race.
            guard try await repository.credentials(of: login).get() == nil else { throw .loginTaken }
            return try await hasher.hash(password, in: turn)
        }
        let device = tokens.makeDevice()
        let session = openSession(from: network, on: device)
        _ = try await repository.addUser(login, passwordHash: hash, session: session, at: clock())
        return SignedIn(session: session, newDevice: device)
    }

    /// Signs a user in.
    ///
    /// - Parameter device: The device that the client presents, whether or not it is known for the login.
    /// - Throws: ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCredentials``,
    ///   ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func signIn(
        login: String, password: String, from network: ClientNetwork, showing device: Device?
    ) async throws(LoyaltyError) -> SignedIn {
        let login = try Login(login)
        // The stored password may be older than today's minimum length, so a shorter one is accepted here.
        let password = try Password(password, bytesMin: 1)
        let turn = try await turn(of: login, from: network, showing: device)
        let (found, replacement) = try await throttle.hashing(from: turn.source) {
            () async throws(LoyaltyError) -> (Credentials?, PasswordHash?) in
            let credentials = try await self.credentials(of: login, password, in: turn)
            guard let credentials, hasher.isOutdated(credentials.passwordHash, of: password) else {
                return (credentials, nil)
            }
            // The next sign-in tries again if there is no room for the hash now.
            return (credentials, try? await hasher.hash(password, in: turn))
        }
        guard let credentials = found else { throw .wrongCredentials }
        let device = turn.source.device ?? tokens.makeDevice()
        let session = openSession(from: network, on: device)
        try await repository.addSession(session, of: credentials, replacingHashBy: replacement)
        return SignedIn(session: session, newDevice: turn.source.device == nil ? device : nil)
    }

    /// Returns the turn of a sign-in: the source that it is counted against, and its place in the hasher's queue. The
    /// database is asked each time from which places the login has signed in. So a restart forgets no place, and a
    /// place that the database forgets, for example when the password changes, is unknown from then on.
    private func turn(
        of login: Login, from network: ClientNetwork, showing device: Device?
    ) async throws(LoyaltyError) -> HashingTurn {
        let networkPlace = SignInPlace(network)
        let devicePlace = device.map { tokens.place(of: $0) }
        let places = [networkPlace] + (devicePlace.map { [$0] } ?? [])
        let known = try await repository.signInPlaces(of: login, among: places).get()
        if let device, let devicePlace, known.contains(devicePlace) {
            return HashingTurn(source: .device(device), network: network, isKnown: true)
        }
        return HashingTurn(source: .network(network), network: network, isKnown: known.contains(networkPlace))
    }

    /// Ends a session. After that no event loop accepts it.
    package func signOut(_ session: SessionID) async throws(LoyaltyError) {
        try await repository.removeSession(session)
    }

    /// Replaces a user's password and ends all of the user's other sessions, in one step. Of the places from which the
    /// user has signed in, only those of this request stay known, because the others may be those of a thief.
    ///
    /// Wrong passwords are also counted for the session, so that the thief of a session can't guess the password from
    /// many networks.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCurrentPassword``,
    ///   ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func changePassword(
        of user: UserID, from current: String, to new: String, keeping session: SessionID,
        from network: ClientNetwork, showing device: Device?
    ) async throws(LoyaltyError) {
        let current = try Password(current, bytesMin: 1)
        let new = try Password(new, bytesMin: policy.passwordBytesMin)
        guard let login = try await repository.profile(of: user).get()?.login else { throw .wrongCurrentPassword }
        let turn = try await turn(of: login, from: network, showing: device)
        let (credentials, hash) = try await throttle.hashing(from: turn.source) {
            () async throws(LoyaltyError) -> (Credentials, PasswordHash) in
            var credentials: Credentials?
            _ = try await throttle.verifying(login, from: .session(session), isKnown: false) {
                () async throws(LoyaltyError) in
                credentials = try await self.credentials(of: login, current, in: turn)
                return credentials != nil
            }
            guard let credentials else { throw .wrongCurrentPassword }
            return (credentials, try await hasher.hash(new, in: turn))
        }
        let places = [SignInPlace(network)] + (turn.source.device.map { [tokens.place(of: $0)] } ?? [])
        try await repository.changePassword(of: credentials, to: hash, keeping: session, places: places)
    }

    /// Returns the login's credentials, or `nil` if the login is unknown, the password is wrong, or the user is
    /// disabled.
    private func credentials(
        of login: Login, _ password: Password, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Credentials? {
        var credentials: Credentials?
        let matches = try await throttle.verifying(login, from: turn.source, isKnown: turn.isKnown) {
            () async throws(LoyaltyError) in
            credentials = try await repository.credentials(of: login).get()
            let matches = try await hasher.verify(password, against: credentials?.passwordHash, in: turn)
            // The check follows the hash, so that a disabled user gets an answer no sooner than a user with a wrong
            // password.
            return matches && credentials?.isEnabled ?? false
        }
        return matches ? credentials : nil
    }

    /// Returns the id under which the database keeps the session of a token.
    package func id(of token: SessionToken) -> SessionID {
        tokens.id(of: token)
    }

    /// Returns true if the session has not expired yet.
    package func isOpen(_ session: OpenSession) -> Bool {
        clock() < session.expiresAt
    }

    package var now: Timestamp { clock() }

    private func openSession(from network: ClientNetwork, on device: Device) -> NewSession {
        let token = tokens.makeToken()
        let now = clock()
        return NewSession(
            token: token, id: tokens.id(of: token),
            expiresAt: now.advanced(byMilliseconds: policy.sessionSeconds * 1000),
            perUserMax: policy.sessionsPerUserMax,
            origin: SignInOrigin(network: SignInPlace(network), device: tokens.place(of: device), at: now))
    }
}

/// The owner's settings for accounts.
package struct AccountPolicy: Sendable {
    package let passwordBytesMin: Int
    /// The lifetime of a session.
    package let sessionSeconds: Int64
    /// The most open sessions that one user may have.
    package let sessionsPerUserMax: Int

    package init(
        passwordBytesMin: Int, sessionSeconds: Int64, sessionsPerUserMax: Int = NewSession.perUserMaxDefault
    ) {
        precondition(
            sessionSeconds > 0 && sessionSeconds <= Int64(Int32.max), "sessionSeconds must be positive and fit 31 bits")
        self.passwordBytesMin = passwordBytesMin
        self.sessionSeconds = sessionSeconds
        self.sessionsPerUserMax = sessionsPerUserMax
    }
}
