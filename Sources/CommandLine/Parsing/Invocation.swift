import Configuration

/// A command line that was understood: a command with its flags and operands.
package struct Invocation: Sendable {
    package let command: Command
    /// The settings that flags set, by the flag that was used, in the order of the command line.
    package internal(set) var flags: [(flag: String, value: String)] = []
    /// The value of `--config`; `nil` if it was not given.
    package internal(set) var file: String?
    /// The values of the command's own flags. If a flag was given twice, the later value counts.
    var options: [String: String] = [:]
    /// The flags without a value that were given.
    package internal(set) var switches: [String] = []
    /// The operands, as many as the command has, except an optional one that was left out.
    package internal(set) var operands: [String] = []

    init(command: Command) {
        self.command = command
    }

    /// Returns true if a flag without a value was given.
    package func has(_ option: CommandOption) -> Bool { switches.contains(option.flag) }

    /// The value of a flag of the command's own; `nil` if the flag was not given.
    package func value(of option: CommandOption) -> String? { options[option.flag] }
}

extension Invocation {
    /// Checks the operands. A flag may have taken the place of one.
    func checkOperands() throws(Misuse) {
        let wanted = command.operands.filter { operand in
            command.replacement(of: operand).flatMap(value(of:)) == nil
        }
        if operands.count > wanted.count { throw Misuse("unexpected argument \"\(operands[wanted.count])\"") }
        for (operand, argument) in zip(wanted, operands) {
            guard operand.choices.isEmpty || operand.choices.contains(argument) else {
                throw Misuse("\(operand.name) must be one of \(operand.choices.joined(separator: ", "))")
            }
            if operand.isFile, !operand.isDatabase, let fault = PathText.fault(in: argument) {
                throw Misuse("\(operand.name) must be a path, and not \(RefusedValue.shown(argument)): \(fault)")
            }
        }
        if let missing = wanted.dropFirst(operands.count).first, !missing.isOptional {
            throw Misuse("\(missing.name) is missing")
        }
    }
}
