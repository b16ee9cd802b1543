import CommandLine
import JSON
import Loyalty
import Posix
import Storage
import Text

/// Writes users with their orders and points into a file that `martlet import` reads.
struct Export: FileOperation, Equatable {
    /// An absolute path, since the server has a working directory of its own.
    let file: String
    /// The login of the only user; empty for all users.
    let login: String

    static var wire: WireForm<Self> {
        WireForm("export", .text("file", \.file), .text("login", \.login)) { file, login in
            file.hasPrefix("/") ? Self(file: file, login: login) : nil
        }
    }

    var summary: String { "export to \(file)" }
    var madeFile: String? { file }

    func run(
        on database: any StoreMaintenance, until cancellation: Cancellation, reply: (OwnerReply) -> Void
    ) throws(StoreError) -> CommandResult {
        let wanted = login.isEmpty ? nil : try? Login(login)
        guard login.isEmpty || wanted != nil else { return noUser }
        return try database.makingFile(at: file) { path throws(StoreError) in
            var target = try describing { () throws(SystemError) in try NewFile(path: path) }
            do throws(StoreError) {
                let counts = try write(to: &target, of: wanted, from: database, until: cancellation, reply)
                guard let counts else {
                    target.discard()
                    return noUser
                }
                try describing { () throws(SystemError) in try target.complete() }
                return success(counts)
            } catch {
                target.discard()
                throw error
            }
        }
    }

    /// Writes all lines. Returns `nil` if there is no such user.
    private func write(
        to target: inout NewFile, of login: Login?, from database: any StoreMaintenance,
        until cancellation: Cancellation, _ reply: (OwnerReply) -> Void
    ) throws(StoreError) -> MovedCounts? {
        var counts = MovedCounts()
        var lineCount = 0
        var failure: SystemError?
        func write(_ line: ShopLine) -> Bool {
            do throws(SystemError) { try target.write(line.bytes) } catch { failure = error }
            lineCount += 1
            if lineCount % Self.linesPerReport == 0 { reply(.progress("writing line \(lineCount)")) }
            return failure == nil
        }
        _ = write(.start(hasPositions: true))
        let isThere = try database.export(login, until: cancellation) { record in
            counts.count(record)
            return write(.record(record))
        }
        _ = write(.end(counts))
        if cancellation.isCancelled { throw StoreError("The export was stopped.") }
        if let failure { throw unwritable(failure) }
        return isThere ? counts : nil
    }

    /// The lines between two reports of progress.
    private static let linesPerReport = 10_000

    private func describing<Value: ~Copyable>(
        _ body: () throws(SystemError) -> Value
    ) throws(StoreError) -> Value {
        do throws(SystemError) { return try body() } catch { throw unwritable(error) }
    }

    private func unwritable(_ error: SystemError) -> StoreError {
        StoreError("The export \(file) can't be written (\(error)).")
    }

    private func success(_ counts: MovedCounts) -> CommandResult {
        .success(
            JSONObject([
                "file": .string(file), "users": .integer(counts.users), "orders": .integer(counts.orders),
                "withdrawals": .integer(counts.withdrawals), "adjustments": .integer(counts.adjustments),
                "refunds": .integer(counts.refunds), "returns": .integer(counts.returns),
            ]), text: "exported to \(file): \(counts.text)\n")
    }

    private var noUser: CommandResult { .failure(ExitStatus.notFound, "there is no user \(login.oneLine)") }
}

extension OwnerCommand {
    static let export = OwnerCommand(
        "export", "write all users with their orders and points into FILE; a server may run meanwhile", Export.self,
        operands: ["FILE"], options: [.login, .json],
        details: [
            "FILE is a new file with a line of JSON for each user, order and other change of a balance.",
            "martlet import reads it. It has no staff, keys, rules, receipts and sessions: a backup has all.",
        ],
        document: #"{"file", "users", "orders", "withdrawals", "adjustments", "refunds", "returns"}"#,
        statuses: Statuses.find, effect: .changes
    ) { invocation, _ throws(Refusal) in
        let login = invocation.value(of: .login)
        guard login != "" else { throw .misuse("--login must be a login") }
        return OwnerRequest(
            Export(file: ProcessSetup.absolutePath(of: invocation.operand), login: login ?? ""))
    }
}

extension CommandOption {
    fileprivate static let login = CommandOption("--login", "LOGIN", "only this user")
}
