import CommandLine
import Configuration
import Loyalty
import Text

/// The operands and flags of the commands on staff and keys.
extension CommandOption {
    static let role = CommandOption(
        "--role", .init("ROLE", choices: StaffRole.allCases.map(\.description)),
        "the rights of the account")
}

extension Invocation {
    /// The name of a new account.
    func newStaffName() throws(Refusal) -> StaffName {
        do throws(LoyaltyError) {
            return try StaffName(operand)
        } catch {
            guard case .malformed(let reason) = error else {
                preconditionFailure("a name must be refused only as malformed")
            }
            throw .refused(sentence: reason)
        }
    }

    /// The name of an account that should exist.
    func staffName(_ kind: StaffAccount.Kind) throws(Refusal) -> StaffName {
        guard let name = try? StaffName(operand) else { throw .noStaff(operand, kind) }
        return name
    }

    func role() throws(Refusal) -> StaffRole {
        let roles = StaffRole.allCases.map(\.description).joined(separator: ", ")
        guard let text = value(of: .role) else { throw .misuse("--role is missing: it is one of \(roles)") }
        guard let role = StaffRole(text) else { throw .misuse("--role must be one of \(roles)") }
        return role
    }
}

extension Refusal {
    static func noStaff(_ name: String, _ kind: StaffAccount.Kind) -> Refusal {
        let sought = kind == .key ? "key" : "member of the staff"
        return Refusal(status: ExitStatus.notFound, reason: "there is no \(sought) \(name.oneLine)")
    }
}
