import Configuration
import JSON
import Loyalty
import Posix
import SQLiteStore
import Storage
import Text

/// The owner's commands, from the command line to what it prints.
struct OwnerConsole {
    private let invocation: Invocation
    private let configuration: Configuration
    private let caller = Caller.current

    /// Why a command can't be begun.
    struct Refusal: Error {
        let status: Int32
        let reason: String
    }

    init(_ invocation: Invocation, _ configuration: Configuration) {
        self.invocation = invocation
        self.configuration = configuration
    }

    func run() -> Int32 {
        do throws(StoreError) {
            // Before any thread starts, and before the person is asked anything.
            try DatabaseAccount.of(database: configuration.database.path, caller: caller.id)?.assume(withGroups: true)
        } catch {
            StandardStream.error.write("martlet: \(error.description.oneLine)\n")
            return ExitStatus.unavailable
        }
        do throws(Refusal) {
            let request = try OwnerRequest(invocation, configuration)
            let printer = OwnerPrinter(rowsName: request.rowsName, isJSON: invocation.has(.json), extra: request.extra)
            return run(request, printer)
        } catch {
            StandardStream.error.write("martlet: \(error.reason)\n")
            return error.status
        }
    }

    /// Asks for page after page, where the answer has pages.
    private func run(_ request: OwnerRequest, _ printer: OwnerPrinter) -> Int32 {
        var command: OwnerCommand? = request.command
        var isFirst = true
        var done: String?
        while let asked = command {
            let outcome = outcome(of: asked) { printer.take($0) }
            command = outcome.next.flatMap { request.command(after: asked, next: $0, taken: printer.rowsTaken) }
            printer.print(outcome, isFirst: isFirst, isLast: command == nil)
            done = whatIsDone(by: request, outcome)
            guard outcome.status == ExitStatus.success, !printer.isLost else {
                return printer.end(outcome.status, done: done)
            }
            isFirst = false
        }
        return printer.end(ExitStatus.success, done: done)
    }

    /// What a command that went well has changed, for an owner who does not see its output: `nil` if that is nothing.
    private func whatIsDone(by request: OwnerRequest, _ outcome: OwnerOutcome) -> String? {
        guard invocation.command.mayChange, outcome.status == ExitStatus.success else { return nil }
        guard request.extra["password"] != nil else { return outcome.summary }
        let user =
            invocation.value(of: .userID).map { "\(CommandDescription.Option.userID.flag) \($0)" }
            ?? invocation.operands.first?.shellQuoted ?? ""
        return "\(outcome.summary), and the password is lost; "
            + "martlet user reset-password \(user) --generate makes another"
    }

    /// The lock tells whether a server runs; where one does, it is asked.
    private func outcome(of command: OwnerCommand, _ reply: (OwnerReply) -> Void) -> OwnerOutcome {
        let path = configuration.database.path
        do throws(IdleDatabase.OpenError) {
            if command.isMaintenance {
                let database = try IdleDatabase(path: path)
                StopRequest.take()
                let outcome = command.maintain(database, until: StopRequest.cancellation, reply: reply)
                StopRequest.leave {
                    StandardStream.error.write("martlet: given up, as a signal asked for; no file was left\n")
                }
                if let outcome { return outcome }
            }
            let store = try LoyaltyStore(idle: path, clock: Application.clock, log: Self.log) {
                ProcessSetup.exitAtOnce(status: ExitStatus.inputOutput)
            }
            defer { store.stop() }
            return store.run(
                command, by: caller.name, pool: nil, backups: configuration.backupPlan?.document, reply: reply)
        } catch {
            switch error {
            case .other(let error): return OwnerOutcome(error)
            case .inUse: return outcomeFromServer(command, path, reply)
            }
        }
    }

    /// A command says what it did; what its file says besides is for a server's log.
    private static let log = Log { level, message in
        if level == .error { StandardStream.error.write("martlet: \(message.oneLine)\n") }
    }

    private func outcomeFromServer(
        _ command: OwnerCommand, _ path: String, _ reply: (OwnerReply) -> Void
    ) -> OwnerOutcome {
        let canonicalPath: String
        do throws(SystemError) {
            canonicalPath = try PrivateFile.canonicalPath(ofPossible: path)
        } catch {
            return Self.unasked(path, "\(error)")
        }
        do throws(ControlClient.Failure) {
            return try ControlClient.run(command, by: caller.name, onDatabase: canonicalPath, reply: reply)
        } catch {
            let isOpen = error.wasSent && (command.isChange || command.isMaintenance)
            return Self.unasked(path, "\(error)\(isOpen ? "; whether the command was done is not known" : "")")
        }
    }

    private static func unasked(_ path: String, _ reason: String) -> OwnerOutcome {
        .failure(ExitStatus.unavailable, "the server that runs on \(path) can't be asked: \(reason)")
    }
}
