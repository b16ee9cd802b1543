import Configuration
import JSON
import Loyalty
import Posix
import SQLiteStore

/// The commands that need no configuration and no database: each prints one text.
enum PlainCommand {
    enum Outcome {
        /// The text for stdout.
        case text(String)
        /// What is wrong with an operand, for stderr; status 64.
        case misuse(String)
    }

    /// Returns `nil` for every other command.
    static func outcome(of invocation: Invocation) -> Outcome? {
        switch invocation.command {
        case .version: return .text(version(isJSON: invocation.has(.json)))
        case .orderNumber: return orderNumber(from: invocation.operands[0], isJSON: invocation.has(.json))
        case .man: return .text(ManualPage.text)
        case .completion:
            guard let shell = Shell(rawValue: invocation.operands[0]) else {
                preconditionFailure("the parser accepts only the names of shells")
            }
            return .text(shell.completion)
        default: return nil
        }
    }

    private static func version(isJSON: Bool) -> String {
        let schema = LoyaltyStore.schemaVersion
        let engine = LoyaltyStore.engine
        guard isJSON else {
            return """
                martlet \(Help.version)
                commit \(BuildCommit.text ?? "unknown")
                schema \(schema)
                \(engine.name) \(engine.version)

                """
        }
        return document([
            "version": .string(Help.version), "commit": .text(BuildCommit.text), "schema": .integer(schema),
            "sqlite_version": .string(engine.version),
        ])
    }

    private static func orderNumber(from text: String, isJSON: Bool) -> Outcome {
        do throws(OrderNumber.ParseError) {
            let number = try OrderNumber(appendingCheckDigitTo: text.utf8).digits
            return .text(isJSON ? document(["number": .string(number)]) : "\(number)\n")
        } catch {
            switch error {
            case .empty, .notDigits:
                return .misuse("DIGITS must be digits from 0 to 9 alone, and not \(RefusedValue.shown(text))")
            case .tooLong:
                let max = OrderNumber.digitsMax
                return .misuse(
                    "DIGITS must be at most \(max - 1) digits: an order number has \(max) with its check digit")
            case .checkDigit: preconditionFailure("the check digit is appended, and not read")
            }
        }
    }

    private static func document(_ members: KeyValuePairs<String, JSONValue>) -> String {
        var writer = JSONWriter()
        writer.value(.object(members))
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}
