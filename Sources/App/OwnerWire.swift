import JSON
import Loyalty

/// A command as a line of JSON, and back: how the command line and the server speak over the control socket.
extension OwnerCommand {
    /// - Parameter author: the account that called the command, which the server believes root alone.
    func line(by author: String) -> [UInt8] {
        JSONValue.object(JSONObject(["command": .string(name), "by": .string(author)]) + arguments).line
    }

    /// The account that a command's line names as its author; `nil` if it names none.
    static func author(line: some Sequence<UInt8>) -> String? {
        guard let author = (try? JSONParser.parse(line))?.object?["by"]?.string, Caller.isName(author) else {
            return nil
        }
        return author
    }

    private var name: String {
        switch self {
        case .backup: "backup"
        case .check: "check"
        case .users: "users"
        case .user: "user"
        case .addUser: "add_user"
        case .setPassword: "set_password"
        case .setEnabled: "set_enabled"
        case .deleteUser: "delete_user"
        // Servers of version 0.1 know users by their logins alone, would overlook the id, and list everybody's orders.
        case .orders(of: .id?, _, _, _): "orders_of_id"
        case .orders: "orders"
        case .order: "order"
        case .dropOrdersOfDeletedUsers: "drop_orders_of_deleted_users"
        case .adjust: "adjust"
        case .refund: "refund"
        case .pool: "pool"
        case .statistics: "statistics"
        }
    }

    private var arguments: JSONObject {
        switch self {
        case .backup(let file): JSONObject(["file": .string(file)])
        case .check, .dropOrdersOfDeletedUsers, .pool, .statistics: JSONObject([:])
        case .users(let after): JSONObject(["after": .integer(after)])
        case .user(let user), .deleteUser(let user): user.member
        case .addUser(let login, let hash):
            JSONObject(["login": .string(login), "password_hash": .string(hash.text)])
        case .setPassword(let user, let hash): user.member + JSONObject(["password_hash": .string(hash.text)])
        case .setEnabled(let user, let isEnabled): user.member + JSONObject(["enabled": .bool(isEnabled)])
        case .orders(let user, let status, let before, let limit):
            (user?.member ?? JSONObject([:]))
                + JSONObject([
                    "status": status.map { .integer($0.rawValue) } ?? .null,
                    "before": .integer(before), "limit": .integer(limit),
                ])
        case .order(let number): JSONObject(["number": .string(number)])
        case .adjust(let user, let points, let reason):
            user.member + JSONObject(["hundredths": .integer(points.hundredths), "reason": .string(reason)])
        case .refund(let order, let reason): JSONObject(["number": .string(order), "reason": .string(reason)])
        }
    }

    /// Nil for what is no command.
    init?(line: some Sequence<UInt8>) {
        guard let object = try? JSONParser.parse(line).object, let name = object["command"]?.string,
            let command = Self.command(name, object)
        else { return nil }
        self = command
    }

    private static func command(_ name: String, _ object: JSONObject) -> OwnerCommand? {
        let text = { (name: String) in object[name]?.string }
        switch name {
        case "backup":
            guard let file = text("file"), file.hasPrefix("/") else { return nil }
            return .backup(file: file)
        case "check": return .check
        case "drop_orders_of_deleted_users": return .dropOrdersOfDeletedUsers
        case "pool": return .pool
        case "statistics": return .statistics
        case "users": return object.integer("after").map { .users(after: $0) }
        case "user": return UserSelector(object).map { .user($0) }
        case "delete_user": return UserSelector(object).map { .deleteUser($0) }
        case "order": return text("number").map { .order(number: $0) }
        case "add_user":
            guard let login = text("login"), let hash = text("password_hash"), isHash(hash) else { return nil }
            return .addUser(login: login, PasswordHash(text: hash))
        case "set_password":
            guard let user = UserSelector(object), let hash = text("password_hash"), isHash(hash) else { return nil }
            return .setPassword(user, PasswordHash(text: hash))
        case "set_enabled":
            guard let user = UserSelector(object), case .bool(let isEnabled)? = object["enabled"] else { return nil }
            return .setEnabled(user, isEnabled)
        case "orders": return orders(object)
        case "orders_of_id": return object["id"] == nil ? nil : orders(object)
        case "adjust":
            guard let user = UserSelector(object), let hundredths = object.integer("hundredths"),
                let reason = text("reason")
            else { return nil }
            return .adjust(user, points: Points(hundredths: hundredths), reason: reason)
        case "refund":
            guard let order = text("number"), let reason = text("reason") else { return nil }
            return .refund(order: order, reason: reason)
        default: return nil
        }
    }

    private static func orders(_ object: JSONObject) -> OwnerCommand? {
        guard let before = object.integer("before"), let limit = object.integer("limit"),
            (1...pageMax).contains(Int(limit))
        else { return nil }
        var status: Order.Status?
        if let value = object.integer("status") {
            status = Order.Status(rawValue: value)
            guard status != nil else { return nil }
        }
        let user = UserSelector(object)
        // A selector that can't be read must not mean all users.
        guard user != nil || object["login"] == nil && object["id"] == nil else { return nil }
        return .orders(of: user, status: status, before: before, limit: Int(limit))
    }

    /// Returns true for a hash of Argon2id. Any other text would lock the user out.
    private static func isHash(_ text: String) -> Bool {
        PasswordHash.isWellFormed(Array(text.utf8))
    }
}

/// Which user a command is about: the member `login` or the member `id`.
extension UserSelector {
    fileprivate var member: JSONObject {
        switch self {
        case .login(let login): JSONObject(["login": .string(login.text)])
        case .id(let id): JSONObject(["id": .integer(id.rawValue)])
        }
    }

    /// Returns `nil` if the object names no user, a login or an id that no user can have, or both.
    fileprivate init?(_ object: JSONObject) {
        switch (object["login"], object["id"]) {
        case (.string(let text)?, nil):
            guard let login = try? Login(text) else { return nil }
            self = .login(login)
        case (nil, .number?):
            guard let id = object.integer("id") else { return nil }
            self.init(id: id)
        default: return nil
        }
    }
}

/// A reply as a line of JSON, and back.
extension OwnerReply {
    var line: [UInt8] {
        switch self {
        case .progress(let text): JSONValue.object(["progress": .string(text)]).line
        case .row(let row): JSONValue.object(["row": .object(row)]).line
        case .done(let outcome):
            JSONValue.object([
                "status": .integer(outcome.status), "text": .string(outcome.text),
                "document": outcome.document.map { .object($0) } ?? .null,
                "next": outcome.next.map { .integer($0) } ?? .null,
            ]).line
        }
    }

    init?(line: some Sequence<UInt8>) {
        guard let object = try? JSONParser.parse(line).object else { return nil }
        if let text = object["progress"]?.string {
            self = .progress(text)
        } else if let row = object["row"]?.object {
            self = .row(row)
        } else {
            guard let status = object.integer("status").flatMap({ Int32(exactly: $0) }), ExitStatus.isKnown(status),
                let text = object["text"]?.string
            else { return nil }
            self = .done(
                OwnerOutcome(
                    status: status, text: text, document: object["document"]?.object, next: object.integer("next")))
        }
    }
}

extension JSONValue {
    fileprivate var line: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes + [0x0A]
    }
}
