import JSON
import Loyalty

/// How an operation is written as a JSON object and read from one: its name and its arguments. Each argument is stated
/// once, as a ``WireField`` that both writes and reads it, and the compiler refuses a form whose fields do not fit the
/// operation.
///
/// A command and the server may be of different versions, so names and fields must stay as they are.
struct WireForm<Operation> {
    let name: String
    /// The arguments as members of a JSON object.
    let write: (Operation) -> JSONObject
    /// Returns `nil` if an argument is missing or not allowed.
    let read: (JSONObject) -> Operation?

    /// The name that some operations have instead of ``name``; `nil` if there is none.
    private var other: (name: String, isOf: (Operation) -> Bool)?

    private struct Unreadable: Error {}

    /// - Parameters:
    ///   - name: different from every other operation's.
    ///   - make: makes the operation of the fields' values; `nil` if they are not allowed together.
    init<each Value>(
        _ name: String, _ field: repeat WireField<Operation, each Value>,
        make: @escaping (repeat each Value) -> Operation?
    ) {
        self.name = name
        let fields = (repeat each field)
        write = { operation in
            var object = JSONObject([:])
            for field in repeat each fields { object = object + field.write(operation) }
            return object
        }
        read = { object in
            func value<Read>(_ field: WireField<Operation, Read>) throws(Unreadable) -> Read {
                guard let value = field.read(object) else { throw Unreadable() }
                return value
            }
            do throws(Unreadable) {
                return make(repeat try value(each fields))
            } catch {
                return nil
            }
        }
    }
}

extension WireForm {
    /// The same form, in which some operations have another name. They are read under both names.
    func naming(_ name: String, if isOf: @escaping (Operation) -> Bool) -> Self {
        var form = self
        form.other = (name, isOf)
        return form
    }

    func name(of operation: Operation) -> String {
        guard let other, other.isOf(operation) else { return name }
        return other.name
    }

    /// Returns `nil` if the name is another operation's, or if an argument is missing or not allowed.
    func read(_ name: String, _ object: JSONObject) -> Operation? {
        if name == self.name { return read(object) }
        guard let other, name == other.name, let operation = read(object), other.isOf(operation) else { return nil }
        return operation
    }
}

/// One argument of an operation on the wire.
struct WireField<Operation, Value> {
    let write: (Operation) -> JSONObject
    /// Returns `nil` if the argument is missing or not allowed.
    let read: (JSONObject) -> Value?

    init(
        _ path: KeyPath<Operation, Value>, write: @escaping (Value) -> JSONObject,
        read: @escaping (JSONObject) -> Value?
    ) {
        self.write = { write($0[keyPath: path]) }
        self.read = read
    }
}

extension WireField {
    static func text(_ name: String, _ path: KeyPath<Operation, String>) -> Self where Value == String {
        Self(path) {
            JSONObject([name: .string($0)])
        } read: {
            $0[name]?.string
        }
    }

    static func integer(_ name: String, _ path: KeyPath<Operation, Int64>) -> Self where Value == Int64 {
        Self(path) {
            JSONObject([name: .integer($0)])
        } read: {
            $0.integer(name)
        }
    }

    static func bool(_ name: String, _ path: KeyPath<Operation, Bool>) -> Self where Value == Bool {
        Self(path) {
            JSONObject([name: .bool($0)])
        } read: { object in
            guard case .bool(let value)? = object[name] else { return nil }
            return value
        }
    }

    static func points(_ name: String, _ path: KeyPath<Operation, Points>) -> Self where Value == Points {
        Self(path) {
            JSONObject([name: .integer($0.hundredths)])
        } read: { object in
            object.integer(name).map { Points(hundredths: $0) }
        }
    }

    /// A text that is no password hash of this program is refused: it would lock the user out.
    static func hash(_ name: String, _ path: KeyPath<Operation, PasswordHash>) -> Self where Value == PasswordHash {
        Self(path) {
            JSONObject([name: .string($0.text)])
        } read: { object in
            guard let text = object[name]?.string, PasswordHash.isWellFormed(Array(text.utf8)) else { return nil }
            return PasswordHash(text: text)
        }
    }

    /// The number of a status; `null` for any status.
    static func status(_ name: String, _ path: KeyPath<Operation, Order.Status?>) -> Self
    where Value == Order.Status? {
        Self(path) {
            JSONObject([name: $0.map { .integer($0.rawValue) } ?? .null])
        } read: { object in
            guard let number = object.integer(name) else { return .some(nil) }
            return Order.Status(rawValue: number).map { .some($0) }
        }
    }

    /// The user whom an operation concerns: the member `login` or the member `id`.
    static func user(_ path: KeyPath<Operation, UserSelector>) -> Self where Value == UserSelector {
        Self(path) {
            $0.member
        } read: {
            UserSelector($0)
        }
    }

    /// The same; neither member for all users. A member that names no possible user is refused, and does not mean all
    /// users.
    static func optionalUser(_ path: KeyPath<Operation, UserSelector?>) -> Self where Value == UserSelector? {
        Self(path) {
            $0?.member ?? JSONObject([:])
        } read: { object in
            if object["login"] == nil, object["id"] == nil { return .some(nil) }
            return UserSelector(object).map { .some($0) }
        }
    }
}

extension UserSelector {
    fileprivate var member: JSONObject {
        switch self {
        case .login(let login): JSONObject(["login": .string(login.text)])
        case .id(let id): JSONObject(["id": .integer(id.rawValue)])
        }
    }

    /// Returns `nil` if the object names no user, both a login and an id, or a login or id that no user can have.
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
