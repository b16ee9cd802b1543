import CommandLine
import Configuration
import JSON
import Loyalty
import Posix
import Storage
import Text

/// Runs a command of the owner, from the command line to its output.
struct OwnerConsole {
    private let invocation: Invocation
    private let configuration: Configuration
    private let store: any IdleStore
    private let caller = Caller.current

    init(_ invocation: Invocation, _ configuration: Configuration, _ store: any IdleStore) {
        self.invocation = invocation
        self.configuration = configuration
        self.store = store
    }

    /// Runs the command, and returns its exit status.
    func run(_ request: (Invocation, Configuration) throws(Refusal) -> OwnerRequest) -> Int32 {
        do throws(StoreError) {
            // This comes before any thread starts, and before the person is asked anything.
            if let path = configuration.database.path {
                try DatabaseAccount.of(database: path, caller: caller.id)?.assume(withGroups: true)
            }
        } catch {
            StandardStream.error.write("martlet: \(error.description.oneLine)\n")
            return ExitStatus.unavailable
        }
        do throws(Refusal) {
            let request = try request(invocation, configuration)
            let printer = OwnerPrinter(
                rowsName: request.rowsName,
                form: request.isAlwaysJSON || invocation.has(.json) ? .json : invocation.has(.csv) ? .csv : .text,
                extra: request.extra)
            if let question = request.question {
                var kept: (any Storage)?
                defer { kept?.stop() }
                if let refusal = question.refusal(result(of: question.look, keeping: &kept) { _ in }) {
                    printer.print(refusal, isFirst: true, isLast: true)
                    return printer.end(refusal.status)
                }
                try OwnerQuestion.ask(question.text)
            }
            guard let answer = request.answer else { return run(request, printer) }
            printer.print(answer, isFirst: true, isLast: true)
            return printer.end(answer.status)
        } catch {
            StandardStream.error.write("martlet: \(error.reason)\n")
            return error.status
        }
    }

    /// Asks for one page after the other.
    private func run(_ request: OwnerRequest, _ printer: OwnerPrinter) -> Int32 {
        var operation: (any OwnerOperation)? = request.operation
        var isFirst = true
        var done: String?
        var kept: (any Storage)?
        defer { kept?.stop() }
        while let asked = operation {
            let result = result(of: asked, keeping: &kept) { printer.take($0) }
            operation = result.next.flatMap { request.operation(after: asked, next: $0, taken: printer.rowsTaken) }
            printer.print(result, rowsName: asked.rowsName, isFirst: isFirst, isLast: operation == nil)
            done = change(by: request, result)
            guard result.status == ExitStatus.success, !printer.isLost else {
                return printer.end(result.status, done: done)
            }
            isFirst = false
        }
        return printer.end(ExitStatus.success, done: done)
    }

    /// The change that a successful command made, for an owner who does not see its output; `nil` if it changed
    /// nothing.
    private func change(by request: OwnerRequest, _ result: CommandResult) -> String? {
        guard invocation.command.effect != .reads, result.status == ExitStatus.success else { return nil }
        let name =
            invocation.value(of: .userID).map { "\(CommandOption.userID.flag) \($0)" }
            ?? invocation.operands.first?.shellQuoted ?? ""
        if request.extra["token"] != nil {
            return "\(result.summary), and the token is lost; martlet key remove \(name) frees the name for another"
        }
        guard request.extra["password"] != nil else { return result.summary }
        return "\(result.summary), and the password is lost; "
            + "martlet \(invocation.command.group ?? "") reset-password \(name) --generate makes another"
    }

    /// Does the operation on the store or, if a server runs on it, asks that server.
    ///
    /// - Parameter kept: the store that the page before has left open for this one, or `nil`.
    private func result(
        of operation: any OwnerOperation, keeping kept: inout (any Storage)?, _ reply: (OwnerReply) -> Void
    ) -> CommandResult {
        do throws(IdleStoreError) {
            if let operation = operation as? any FileOperation { return try result(of: operation, reply) }
            guard let operation = operation as? any StoreOperation else {
                preconditionFailure("an operation must conform to StoreOperation or to FileOperation")
            }
            if let store = kept { return result(of: operation, on: store, reply) }
            let store = try open()
            if !Self.isFile(store) { kept = store }
            return result(of: operation, on: store, reply)
        } catch {
            switch error {
            case .other(let error): return CommandResult(error)
            case .inUse: return resultFromServer(of: operation, configuration.database.printable, reply)
            }
        }
    }

    /// True if the store is open for one page at a time: an open file keeps a server from starting, and the reader of a
    /// list may take its time. A database is not opened again for each page, since that takes connections.
    private static func isFile(_ store: any Storage) -> Bool { store.filePath != nil }

    private func open() throws(IdleStoreError) -> any Storage {
        let clock: WallClock = { Timestamp(milliseconds: SystemClock.wallMilliseconds()) }
        return try store.open(clock: clock, log: log) {
            ProcessSetup.exitAtOnce(status: ExitStatus.inputOutput)
        }
    }

    private func result(
        of operation: any StoreOperation, on store: any Storage, _ reply: (OwnerReply) -> Void
    ) -> CommandResult {
        let surroundings = OperationSurroundings(
            plan: configuration.backupPlan, backups: configuration.backupPlan?.document)
        guard type(of: operation).makesFile else {
            defer { if Self.isFile(store) { store.stop() } }
            return store.run(operation, by: caller.name, surroundings, reply: reply)
        }
        StopRequest.take()
        let result = store.run(
            operation, by: caller.name, surroundings, until: StopRequest.cancellation, reply: reply)
        if Self.isFile(store) { store.stop() }
        leaveStopRequest(result)
        return result
    }

    private func result(
        of operation: any FileOperation, _ reply: (OwnerReply) -> Void
    ) throws(IdleStoreError) -> CommandResult {
        let database = try store.openMaintenance()
        StopRequest.take()
        let result: CommandResult
        do throws(StoreError) {
            result = try operation.run(on: database, until: StopRequest.cancellation, reply: reply)
        } catch {
            result = CommandResult(error)
        }
        leaveStopRequest(result)
        return result
    }

    private func leaveStopRequest(_ result: CommandResult) {
        let isDone = result.status == ExitStatus.success
        StopRequest.leave {
            if !isDone { StandardStream.error.write("martlet: stopped by a signal; no file was left\n") }
        }
    }

    /// Prints errors, and that a file is converted. All other messages are for the log of a server.
    private var log: Log {
        let isFile = configuration.database.path != nil
        return Log { level, message in
            guard level == .error || isFile && level == .info else { return }
            StandardStream.error.write("martlet: \(message.oneLine)\n")
        }
    }

    private func resultFromServer(
        of operation: any OwnerOperation, _ path: String, _ reply: (OwnerReply) -> Void
    ) -> CommandResult {
        let canonicalPath: String
        do throws(SystemError) {
            canonicalPath = try PrivateFile.canonicalPath(ofPossible: path)
        } catch {
            return Self.notAsked(path, "\(error)")
        }
        let madeFile = (operation as? any FileOperation)?.madeFile
        if let madeFile, PrivateFile.exists(path: madeFile) {
            return .failure(ExitStatus.unavailable, "There is a file \(madeFile) already, and it is not replaced.")
        }
        do throws(ControlClient.Failure) {
            let result = try ControlClient.run(operation, by: caller.name, onDatabase: canonicalPath, reply: reply)
            guard result.status == ExitStatus.success, let madeFile,
                PrivateFile.presence(path: madeFile) == .missing
            else { return result }
            return Self.madeElsewhere(madeFile)
        } catch {
            let mayBeDone = error.wasSent && (type(of: operation).isChange || operation is any FileOperation)
            return Self.notAsked(path, "\(error)\(mayBeDone ? "; it is unknown whether the command was done" : "")")
        }
    }

    /// systemd gives a server a `/tmp` of its own, and removes it when the server stops (systemd.exec(5), PrivateTmp=).
    private static func madeElsewhere(_ file: String) -> CommandResult {
        .failure(
            ExitStatus.unavailable,
            "the server has made \(file) in a folder of its own that you do not see: name a file in the database's folder"
        )
    }

    private static func notAsked(_ path: String, _ reason: String) -> CommandResult {
        .failure(ExitStatus.unavailable, "the server that runs on \(path) can't be asked: \(reason)")
    }
}
