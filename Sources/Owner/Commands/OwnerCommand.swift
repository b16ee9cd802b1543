import CommandLine
import Configuration
import Storage

/// A command of the owner and the operation that it asks for.
///
/// To add a command: write its file in this folder, with the operation and the command; add it to ``all``; and add a
/// method to ``OwnerRepository`` and its stores if the operation reads or changes something new.
package struct OwnerCommand: Sendable {
    /// Makes the command from its action.
    private let make: @Sendable (Command.Action) -> Command
    let operation: any OwnerOperation.Type
    let request: @Sendable (Invocation, Configuration) throws(Refusal) -> OwnerRequest

    /// Every command of the owner that asks for an operation, in the order of the help. The server knows an operation
    /// only by its command.
    package static let all: [OwnerCommand] = [
        userList, userFind, userShow, userOrders, userWithdrawals, userLedger, userAdd, userResetPassword, userDisable,
        userEnable, userDelete, userExport, orderList, orderShow, orderNumber, orderDrop, adjust, spend, refund,
        goodsReturn, receiptTry, receiptAdd, receiptCorrect, receiptShow, ruleList, ruleAdd, ruleRemove, ruleTry,
        staffAdd, staffList, staffDisable, staffEnable, staffSetRole, staffResetPassword, staffDelete, keyAdd, keyList,
        keyRemove, registrationOpen, registrationClose, registrationShow, actions, figures, pool, stats, backupsList,
        backupsMake, backup, export, check, restored,
    ]

    /// - Parameters:
    ///   - operation: the type of the operation that the command asks for.
    ///   - effect: `.changes` if the command may change the database or write a file.
    ///   - request: makes the operation from the command line, and asks the person if that is necessary.
    init<Operation: OwnerOperation>(
        _ name: String, _ summary: String, _ operation: Operation.Type, operands: [SettingValue] = [],
        options: [CommandOption], details: [String] = [], document: String, statuses: [Int32] = Statuses.read,
        effect: Command.Effect = .reads,
        request: @escaping @Sendable (Invocation, Configuration) throws(Refusal) -> OwnerRequest
    ) {
        self.operation = operation
        self.request = request
        make = { action in
            Command(
                name, summary, operands: operands, options: options, settings: [Settings.database], details: details,
                document: document, statuses: statuses, effect: effect, action: action)
        }
    }

    /// The command of the program.
    ///
    /// - Parameter store: the store of a configuration, which the command opens if no server runs on it.
    package func command(of store: @escaping @Sendable (Configuration) -> any IdleStore) -> Command {
        make(
            .run { invocation, configuration, _ in
                OwnerConsole(invocation, configuration, store(configuration)).run(request)
            })
    }

    /// The exit statuses of the owner's commands.
    enum Statuses {
        static let read = [ExitStatus.success, ExitStatus.damaged, ExitStatus.unavailable, ExitStatus.inputOutput]
        static let find = read + [ExitStatus.notFound]
        static let change = find + [ExitStatus.refused]
    }

    /// The fact about commands that can't be undone, for their help.
    static let confirmation =
        "The command asks first. Without a terminal it needs --yes, and ends with 64 if that is missing."
}

/// A reason why a command was not begun.
struct Refusal: Error {
    /// The exit status of the command.
    let status: Int32
    /// The reason, in one line.
    let reason: String

    static func misuse(_ reason: String) -> Refusal { Refusal(status: ExitStatus.usage, reason: reason) }

    static func refused(_ reason: String) -> Refusal { Refusal(status: ExitStatus.refused, reason: reason) }

    /// The refusal for a reason that is a sentence of the API: a reason of a command begins small, without a full stop.
    static func refused(sentence: String) -> Refusal {
        let reason = sentence.prefix(1).lowercased() + sentence.dropFirst()
        return .refused(reason.hasSuffix(".") ? String(reason.dropLast()) : reason)
    }
}
