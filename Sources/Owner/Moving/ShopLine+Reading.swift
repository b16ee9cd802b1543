import Loyalty
import Storage

extension ShopLine {
    /// The longest id of a user in the file.
    static let keyBytesMax = 512

    /// Reads a line.
    ///
    /// - Parameter hasPositions: what the first line says; `nil` for the first line, which has to be ``start``.
    static func read(_ bytes: ArraySlice<UInt8>, hasPositions: Bool?) throws(LineFault) -> ShopLine {
        var fields = try LineFields(bytes)
        let type = try fields.text("type")
        guard let kind = Kind(rawValue: type) else {
            throw LineFault("there is no type \(LineFields.shown(type))")
        }
        guard (kind == .shop) == (hasPositions == nil) else {
            throw LineFault(
                kind == .shop ? "the file begins once more" : "the first line must have the type \"shop\"")
        }
        do throws(LineFault) {
            let line = try contents(of: kind, &fields, hasPosition: hasPositions ?? false)
            try fields.end()
            return line
        } catch {
            guard kind == .user, let user = try? fields.key("id") else { throw error }
            throw LineFault(error.text, user: user)
        }
    }

    private static func contents(
        of kind: Kind, _ fields: inout LineFields, hasPosition: Bool
    ) throws(LineFault) -> ShopLine {
        switch kind {
        case .shop: try start(&fields)
        case .end: .end(try counts(&fields))
        case .user: .record(.user(try user(&fields)))
        case .order: .record(.order(try order(&fields, hasPosition: hasPosition)))
        case .withdrawal, .adjustment, .refund, .returned:
            .record(.entry(try entry(kind, &fields, hasPosition: hasPosition)))
        }
    }

    private static func start(_ fields: inout LineFields) throws(LineFault) -> ShopLine {
        guard try fields.optionalCount("version") == version else {
            throw LineFault("its \"version\" is not \(version)")
        }
        return .start(hasPositions: try fields.flag("positions"))
    }

    private static func counts(_ fields: inout LineFields) throws(LineFault) -> MovedCounts {
        func needed(_ name: String) throws(LineFault) -> Int64 {
            guard let count = try fields.optionalCount(name) else { throw LineFault("it has no \"\(name)\"") }
            return count
        }
        var counts = MovedCounts()
        counts.users = try needed("users")
        counts.orders = try needed("orders")
        counts.withdrawals = try needed("withdrawals")
        counts.adjustments = try fields.optionalCount("adjustments") ?? 0
        counts.refunds = try fields.optionalCount("refunds") ?? 0
        counts.returns = try fields.optionalCount("returns") ?? 0
        return counts
    }

    private static func user(_ fields: inout LineFields) throws(LineFault) -> MovedUser {
        let key = try fields.key("id")
        let stateName = try fields.optionalText("state") ?? UserAccount.State.active.description
        guard let state = UserAccount.State.allCases.first(where: { $0.description == stateName }) else {
            throw LineFault("there is no state \(LineFields.shown(stateName))")
        }
        let login = try login(try fields.optionalText("login"), isDeleted: state == .deleted)
        let hash = try hash(try fields.optionalText("password_hash"))
        guard state != .deleted || hash == nil else { throw LineFault("a deleted user has no \"password_hash\"") }
        return MovedUser(
            key: key, login: login, passwordHash: hash, state: state, createdAt: try fields.optionalTime("created_at"),
            balance: Balance(
                current: try fields.balance("current"), withdrawn: try fields.balance("withdrawn")))
    }

    private static func login(_ text: String?, isDeleted: Bool) throws(LineFault) -> Login? {
        guard let text else {
            if isDeleted { return nil }
            throw LineFault("it has no \"login\"")
        }
        guard !isDeleted else { throw LineFault("a deleted user has no \"login\"") }
        guard let login = try? Login(new: text) else {
            throw LineFault("\"login\" is not a string of 1 to \(Login.bytesMax) bytes without U+0000")
        }
        return login
    }

    private static func hash(_ text: String?) throws(LineFault) -> PasswordHash? {
        guard let text else { return nil }
        let hash = PasswordHash(text: text)
        guard hash.kind != nil else {
            throw LineFault(
                "\"password_hash\" is not one of \(PasswordHash.kindsInWords); "
                    + "null lets the user in only after martlet user reset-password LOGIN --generate")
        }
        return hash
    }

    private static func order(_ fields: inout LineFields, hasPosition: Bool) throws(LineFault) -> MovedOrder {
        let user = try fields.key("user")
        let number = try fields.orderNumber("number")
        let statusName = try fields.text("status")
        // The accrual system's word for an order that it knows and has not finished with.
        let name = statusName == "REGISTERED" ? Order.Status.processing.name : statusName
        guard let status = Order.Status.allCases.first(where: { $0.name == name }) else {
            throw LineFault("there is no status \(LineFields.shown(statusName))")
        }
        let accrual = try fields.optionalPoints("accrual", max: Order.accrualMax) ?? .zero
        guard accrual >= .zero else { throw LineFault("\"accrual\" is below zero") }
        guard accrual == .zero || status == .processed else {
            throw LineFault("an order has an \"accrual\" only if its status is PROCESSED")
        }
        let uploadedAt = try fields.time("uploaded_at")
        let creditedAt = try fields.optionalTime("processed_at") ?? uploadedAt
        return MovedOrder(
            user: user, order: Order(number: number, status: status, accrual: accrual, uploadedAt: uploadedAt),
            creditedAt: creditedAt, position: try position(&fields, isNeeded: hasPosition && accrual > .zero))
    }

    private static func entry(
        _ kind: Kind, _ fields: inout LineFields, hasPosition: Bool
    ) throws(LineFault) -> MovedEntry {
        let user = try fields.key("user")
        let number = kind == .adjustment ? nil : try fields.orderNumber("order")
        let points: Points
        let entryKind: LedgerEntry.Kind
        switch kind {
        case .adjustment: (entryKind, points) = (.adjustment, try fields.change("points"))
        case .refund: (entryKind, points) = (.refund, try fields.sum("sum"))
        case .returned: (entryKind, points) = (.returned, Points(hundredths: -(try fields.sum("sum").hundredths)))
        default: (entryKind, points) = (.withdrawal, Points(hundredths: -(try fields.sum("sum").hundredths)))
        }
        return MovedEntry(
            user: user, kind: entryKind, number: number, points: points, at: try fields.time("processed_at"),
            note: try note(&fields, isNeeded: kind != .withdrawal),
            position: try position(&fields, isNeeded: hasPosition))
    }

    private static func note(_ fields: inout LineFields, isNeeded: Bool) throws(LineFault) -> LedgerNote? {
        let author = try fields.optionalText("author")
        let reason = try fields.optionalText("reason")
        guard isNeeded || author != nil || reason != nil else { return nil }
        let note = (author: author ?? Self.author, reason: reason ?? "")
        guard (1...authorBytesMax).contains(note.author.utf8.count), !note.author.utf8.contains(0) else {
            throw LineFault("\"author\" is not a string of 1 to \(authorBytesMax) bytes without U+0000")
        }
        guard note.reason.utf8.count <= LedgerNote.reasonBytesMax, !note.reason.utf8.contains(0) else {
            throw LineFault("\"reason\" is not a string of at most \(LedgerNote.reasonBytesMax) bytes without U+0000")
        }
        return LedgerNote(author: note.author, reason: note.reason)
    }

    private static let authorBytesMax = 1024

    private static func position(_ fields: inout LineFields, isNeeded: Bool) throws(LineFault) -> Int64? {
        let position = try fields.optionalCount("position")
        guard (position != nil) == isNeeded else {
            throw LineFault(
                isNeeded
                    ? "it has no \"position\", which the first line promises"
                    : "it has a \"position\", which the first line does not promise, or changes no balance")
        }
        return position
    }
}
