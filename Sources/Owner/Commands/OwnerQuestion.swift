import CommandLine
import Configuration
import Crypto
import Loyalty
import Posix

/// Questions that a command asks the person who called it.
enum OwnerQuestion {
    /// 22 base64url characters carry 132 random bits.
    private static let generatedPasswordLength = 22

    /// Asks before a change that can't be undone.
    static func confirm(_ question: String, _ invocation: Invocation) throws(Refusal) {
        if try isNeeded(invocation) { try ask(question) }
    }

    /// Returns true if the command line does not answer the question.
    ///
    /// - Throws: wrong usage if there is no terminal for the question.
    static func isNeeded(_ invocation: Invocation) throws(Refusal) -> Bool {
        if invocation.has(.yes) { return false }
        guard Terminal.isThere else {
            throw .misuse("this can't be undone, and there is no terminal for a question: confirm it with --yes")
        }
        return true
    }

    static func ask(_ question: String) throws(Refusal) {
        let answer = Terminal.ask("\(question) This can't be undone. [y/N] ")?.lowercased()
        guard answer == "y" || answer == "yes" else { throw .refused("nothing was done") }
    }

    /// A new password and its hash: generated if `--generate` was given, else from the terminal or the first line of
    /// stdin.
    ///
    /// - Parameter bytesMin: the length of the shortest password that is taken.
    static func password(
        _ invocation: Invocation, bytesMin: Int
    ) throws(Refusal) -> (password: Password, hash: PasswordHash) {
        let password = try newPassword(invocation, bytesMin: bytesMin)
        guard let hash = Argon2Hasher.hashAndWait(password) else {
            throw Refusal(status: ExitStatus.unavailable, reason: "there is not enough memory to hash a password")
        }
        return (password, hash)
    }

    private static func newPassword(_ invocation: Invocation, bytesMin: Int) throws(Refusal) -> Password {
        let text =
            invocation.has(.generate)
            ? String(SodiumTokens().makeToken().text.prefix(generatedPasswordLength)) : try typedPassword()
        do throws(LoyaltyError) {
            return try Password(text, bytesMin: bytesMin)
        } catch {
            guard case .malformed(let reason) = error else {
                preconditionFailure("a password must be refused only as malformed")
            }
            throw .refused(sentence: reason)
        }
    }

    private static func typedPassword() throws(Refusal) -> String {
        guard Terminal.isTyped else {
            switch Terminal.nextLine() {
            case .text(let line): return line
            case .none: throw .refused("stdin has no password; nothing was done")
            case .notUTF8: throw .refused("the password is not UTF-8; nothing was done")
            case .tooLong: throw .refused("the password is too long; nothing was done")
            }
        }
        guard let text = Terminal.ask("Password: ", isSecret: true) else {
            throw .refused("no password was given; nothing was done")
        }
        guard Terminal.ask("Once more: ", isSecret: true) == text else {
            throw .refused("the two passwords differ; nothing was done")
        }
        return text
    }

    /// The fact about the source of a password, for the help.
    static let passwordSource =
        "The password is asked for twice on a terminal. Without a terminal, it is the first line of stdin."
}
