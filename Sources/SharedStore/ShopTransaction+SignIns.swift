import Loyalty

private enum SignInRecords {
    /// Devices of one user, and networks likewise: about four kilobytes together.
    static let placesPerKindMax = 32
    /// The most sessions that one sign-in removes. They are more than it adds, so that a user with too many sessions
    /// from before the limit soon has few enough, and take no more than a millisecond.
    static let sessionsRemovedMax = 128
    /// A known place is written again at most once a day, so that not every sign-in writes a page of the log.
    static let placeRefreshMilliseconds: Int64 = 86_400_000
}

/// The records of sign-ins besides their sessions. They are bounded for each user, so no user's sign-ins remove
/// another's.
extension ShopTransaction {
    /// Ends those sessions of the user that are too many with the new one: the ones that would end first.
    func trimSessions(of user: UserID, keeping session: NewSession) throws(Failure) {
        noteEnds(
            of: try all(
                """
                DELETE FROM sessions WHERE token_hash IN
                    (SELECT token_hash FROM sessions WHERE user_id = ? AND token_hash <> ?
                     ORDER BY expires_at DESC LIMIT ? OFFSET ?)
                RETURNING user_id, expires_at
                """, user.rawValue, session.id.bytes, Int64(SignInRecords.sessionsRemovedMax),
                Int64(session.perUserMax - 1)
            ) { row in EndedSession(row) })
    }

    /// Remembers where the user signs in from.
    func remember(_ origin: SignInOrigin, of user: UserID) throws(Failure) {
        for place in [origin.network, origin.device] {
            let changed = try run(
                """
                INSERT INTO sign_in_places (user_id, place, used_at) VALUES (?1, ?2, ?3)
                ON CONFLICT (user_id, place) DO UPDATE SET used_at = excluded.used_at, returned = 1
                    WHERE sign_in_places.returned = 0 OR sign_in_places.used_at < excluded.used_at - ?4
                """, user.rawValue, place.bytes, origin.at.milliseconds, SignInRecords.placeRefreshMilliseconds)
            if changed > 0 { try trimPlaces(of: user, keeping: place) }
        }
    }

    /// Forgets those of the user's places of one kind that are too many with the given one. Places to which the user
    /// never came back go first: a program that keeps no cookies gets a new device at each sign-in, and must not push
    /// out the user's browser.
    private func trimPlaces(of user: UserID, keeping place: SignInPlace) throws(Failure) {
        try run(
            """
            DELETE FROM sign_in_places WHERE user_id = ?1 AND place IN
                (SELECT place FROM sign_in_places
                 WHERE user_id = ?1 AND place <> ?2 AND CASE WHEN length(place) = 32 THEN 1 ELSE 0 END = ?3
                 ORDER BY returned DESC, used_at DESC LIMIT 1000 OFFSET ?4)
            """, user.rawValue, place.bytes, place.isDevice ? 1 as Int64 : 0, Int64(SignInRecords.placesPerKindMax - 1))
    }

    /// Forgets the user's places except `kept`: a stranger who knew the old password may have signed in from any of
    /// them.
    func forgetPlaces(of user: UserID, except kept: [SignInPlace]) throws(Failure) {
        let places = try all("SELECT place FROM sign_in_places WHERE user_id = ?", user.rawValue) { row in row.bytes(0)
        }
        for place in places where !kept.contains(where: { $0.bytes == place }) {
            try run("DELETE FROM sign_in_places WHERE user_id = ? AND place = ?", user.rawValue, place)
        }
    }
}
