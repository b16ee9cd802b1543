/// Names the user for an owner's command. The id works for every user, even if the login can't be typed.
package enum UserSelector: Hashable, Sendable {
    case login(Login)
    case id(UserID)

    /// Parses an id as the commands print it: digits without a sign or a leading zero, at least 1. Returns `nil` for
    /// other text.
    package init?(id text: String) {
        guard let id = Int64(text), String(id) == text else { return nil }
        self.init(id: id)
    }

    /// Returns `nil` for a number below 1, because stores count ids from 1.
    package init?(id: Int64) {
        guard id >= 1 else { return nil }
        self = .id(UserID(rawValue: id))
    }
}

extension UserSelector: CustomStringConvertible {
    /// The login, or `with the id 7`; not escaped.
    package var description: String {
        switch self {
        case .login(let login): login.text
        case .id(let id): "with the id \(id.rawValue)"
        }
    }
}
