import Loyalty

/// The owner's changes, each as one operation of the writer.
extension ShopTransaction {
    func adjust(
        _ selector: UserSelector, by points: Points, note: LedgerNote, at now: Timestamp
    ) throws(Failure) -> AdjustmentResult {
        precondition(points != .zero, "an adjustment's points must not be zero")
        guard let (user, login) = try user(selector) else { return .noSuchUser }
        try lock(user)
        guard let before = try balance(of: user) else { return .noSuchUser }
        guard let current = before.current.adding(points), current.adding(before.withdrawn) != nil else {
            return .tooManyPoints
        }
        guard current >= .zero else { return .notEnoughPoints(login: login, before.current) }
        try run("UPDATE balances SET current = ? WHERE user_id = ?", current.hundredths, user.rawValue)
        let entry = try addLedgerEntry(.adjustment, of: user, order: "", amount: points.hundredths, at: now)
        try annotate(entry, note)
        let balance = Balance(current: current, withdrawn: before.withdrawn)
        self.note(.balance(balance), of: user)
        return .adjusted(login: login, balance)
    }

    func refund(_ order: OrderNumber, note: LedgerNote, at now: Timestamp) throws(Failure) -> RefundResult {
        let found = try first(
            "SELECT user_id, sum, refunded_at IS NULL FROM withdrawals WHERE order_number = ?", order.digits
        ) { row in
            (user: UserID(rawValue: row.integer(0)), sum: row.integer(1), isInForce: row.integer(2) == 1)
        }
        guard let found else { return .noSuchWithdrawal }
        guard found.isInForce else { return .refundedBefore }
        try lock(found.user)
        let returned = try run(
            """
            UPDATE balances SET current = current + ?1, withdrawn = withdrawn - ?1
            WHERE user_id = ?2 AND withdrawn >= ?1
            """, found.sum, found.user.rawValue)
        guard returned == 1, let balance = try balance(of: found.user) else {
            // Only a database that does not pass its check has a withdrawal that is missing from its balance.
            return .noSuchWithdrawal
        }
        try run("UPDATE withdrawals SET refunded_at = ? WHERE order_number = ?", now.milliseconds, order.digits)
        let entry = try addLedgerEntry(.refund, of: found.user, order: order.digits, amount: found.sum, at: now)
        try annotate(entry, note)
        self.note(.balance(balance), of: found.user)
        return .refunded(Points(hundredths: found.sum), balance)
    }

    func setEnabled(_ isEnabled: Bool, _ selector: UserSelector) throws(Failure) -> UserChangeResult {
        guard let (user, login) = try user(selector) else { return .noSuchUser }
        // A sign-in takes the same lock, so it opens no session after all sessions have ended.
        try lock(user)
        let state = isEnabled ? UserAccount.State.active : .disabled
        let changed = try run(
            "UPDATE users SET state = ?1 WHERE id = ?2 AND state <> ?1", state.rawValue, user.rawValue)
        if !isEnabled { try endSessions(of: user) }
        return changed == 1 ? .changed(login: login) : .unchanged(login: login)
    }

    func setPassword(_ hash: PasswordHash, of selector: UserSelector) throws(Failure) -> UserChangeResult {
        guard let (user, login) = try user(selector) else { return .noSuchUser }
        try lock(user)
        try run("UPDATE users SET password_hash = ? WHERE id = ?", hash.text, user.rawValue)
        try endSessions(of: user)
        try forgetPlaces(of: user, except: [])
        return .changed(login: login)
    }

    /// Erases a user. The row stays, and with it the rows that refer to it.
    func deleteUser(_ selector: UserSelector) throws(Failure) -> UserChangeResult {
        guard let (user, login) = try user(selector) else { return .noSuchUser }
        try lock(user)
        // Longer than a login may be, so that no user has it or can register it.
        let placeholder = Self.placeholder(of: user.rawValue, bytes: Login.bytesMax + 1)
        try run(
            "UPDATE users SET login = ?, password_hash = '', state = ? WHERE id = ?", placeholder,
            UserAccount.State.deleted.rawValue, user.rawValue)
        try endSessions(of: user)
        try forgetPlaces(of: user, except: [])
        return .changed(login: login)
    }

    /// Returns `nil` if there is no such user, or if the user was deleted.
    func user(_ selector: UserSelector) throws(Failure) -> (id: UserID, login: String)? {
        switch selector {
        case .login(let login):
            try first("SELECT id FROM users WHERE login = ?", login.text) { row in
                (UserID(rawValue: row.integer(0)), login.text)
            }
        case .id(let id):
            try first("SELECT id, login FROM users WHERE id = ? AND state < 2", id.rawValue) { row in
                (UserID(rawValue: row.integer(0)), row.text(1))
            }
        }
    }

    func balance(of user: UserID) throws(Failure) -> Balance? {
        try first("SELECT current, withdrawn FROM balances WHERE user_id = ?", user.rawValue) { row in
            Balance(row)
        }
    }

    private func endSessions(of user: UserID) throws(Failure) {
        noteEnds(
            of: try all("DELETE FROM sessions WHERE user_id = ? RETURNING user_id, expires_at", user.rawValue) { row in
                EndedSession(row)
            })
    }

    /// Stores the author and the reason of a ledger entry.
    func annotate(_ entry: Int64, _ note: LedgerNote) throws(Failure) {
        try run(
            "INSERT INTO ledger_notes (ledger_id, author, reason) VALUES (?, ?, ?)", entry, note.author, note.reason)
    }

    /// Stores the author of the withdrawal that was just made.
    func annotateWithdrawal(of order: OrderNumber, _ user: UserID, _ note: LedgerNote) throws(Failure) {
        try run(
            """
            INSERT INTO ledger_notes (ledger_id, author, reason)
            SELECT id, ?, ? FROM ledger WHERE user_id = ? AND kind = 2 AND order_number = ? ORDER BY id DESC LIMIT 1
            """, note.author, note.reason, user.rawValue, order.digits)
    }

    /// The text in the place of an erased name: the id with leading zeros, so that no two are alike.
    static func placeholder(of id: Int64, bytes: Int) -> String {
        let digits = String(id)
        return String(repeating: "0", count: max(0, bytes - digits.utf8.count)) + digits
    }
}
