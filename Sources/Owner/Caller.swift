import Posix
import Text

/// The account that called a command, which the ledger names as the author of what the command changes. With sudo and
/// its like that is the account that called sudo, and not root.
package struct Caller: Equatable, Sendable {
    /// The account that called sudo; `nil` if root or another account called the command itself.
    package let id: UInt32?
    let name: String

    /// The length of the longest name. useradd(8) allows 32 bytes, and the directories of companies allow more.
    static let nameBytesMax = 256

    /// Finds the caller from the environment and the system if root runs the process. Both are ignored if another
    /// account runs it: every account can set a variable, so only root's count.
    ///
    /// - Parameters:
    ///   - realID: the account that runs the process (getuid(2)).
    ///   - signedInID: the account that signed in to the system, which su does not change; `nil` if it is not known.
    ///   - nameOf: the name of an account; `nil` if it has none.
    init(
        realID: UInt32, environment: [String: String], signedInID: UInt32?, nameOf: (UInt32) -> String?
    ) {
        let named = realID == 0 ? Self.named(environment) : nil
        let id = realID == 0 ? Self.number(environment) ?? (named == nil ? signedInID : nil) : nil
        if let id, id != 0 {
            self.id = id
            name = nameOf(id) ?? named ?? String(id)
        } else {
            self.id = nil
            name = named ?? nameOf(realID) ?? String(realID)
        }
    }

    /// The caller of this process.
    package static var current: Caller {
        Caller(
            realID: SystemUser.currentID, environment: ProcessSetup.environment, signedInID: SystemUser.signedInID,
            nameOf: SystemUser.knownName)
    }

    /// Returns true for a text that can be an account's name in the ledger and in the log.
    static func isName(_ text: String) -> Bool {
        (1...nameBytesMax).contains(text.utf8.count) && text.oneLine == text
    }

    /// sudo(8) and run0(1) set the first, pkexec(1) the second.
    private static func number(_ environment: [String: String]) -> UInt32? {
        ["SUDO_UID", "PKEXEC_UID"].lazy.compactMap { environment[$0].flatMap { UInt32($0) } }.first { $0 != 0 }
    }

    /// doas(1) sets only a name.
    private static func named(_ environment: [String: String]) -> String? {
        ["SUDO_USER", "DOAS_USER"].lazy.compactMap { environment[$0] }.first { isName($0) && $0 != "root" }
    }
}
