import HTTP
import Posix
import Store

/// `martlet backup`, `martlet check` and `martlet restore`, as their owner calls them.
enum Maintenance {
    static func backUp(_ configuration: Configuration, to file: String) -> Int32 {
        // The server has a working directory of its own.
        run(.backup(file: ProcessSetup.absolutePath(of: file)), on: configuration.database.path)
    }

    static func check(_ configuration: Configuration) -> Int32 {
        run(.check, on: configuration.database.path)
    }

    static func restore(_ configuration: Configuration, from file: String) -> Int32 {
        let suffix = ".before-restore-" + timeForFileNames
        let progress = TerminalProgress()
        do throws(StoreError) {
            let (check, kept) = try Restore.run(
                file, to: configuration.database.path, keepingOldAs: suffix, progress: { progress.show($0.text) })
            progress.clear()
            StandardStream.output.write("restored \(configuration.database.path): \(check.counts.text)\n")
            if let kept { StandardStream.output.write("the database that was there is kept as \(kept)\n") }
            return ExitStatus.success
        } catch {
            progress.clear()
            StandardStream.error.write("martlet: \(error)\n")
            return ExitStatus.unavailable
        }
    }

    private static func run(_ command: OwnerCommand, on path: String) -> Int32 {
        let progress = TerminalProgress()
        let outcome = outcome(of: command, on: path) { progress.show($0) }
        progress.clear()
        let stream: StandardStream = outcome.status == ExitStatus.unavailable ? .error : .output
        stream.write(outcome.text)
        return outcome.status
    }

    /// The lock tells whether a server runs; where one does, it is asked.
    private static func outcome(
        of command: OwnerCommand, on path: String, _ progress: (String) -> Void
    ) -> OwnerCommand.Outcome {
        do throws(IdleDatabase.OpenError) {
            let database = try IdleDatabase(path: path)
            return command.run(on: database, now: SystemClock.monotonicMilliseconds, progress: progress)
        } catch {
            switch error {
            case .other(let error):
                return OwnerCommand.Outcome(status: ExitStatus.unavailable, text: "martlet: \(error)\n")
            case .inUse: return outcomeFromServer(command, path, progress)
            }
        }
    }

    private static func outcomeFromServer(
        _ command: OwnerCommand, _ path: String, _ progress: (String) -> Void
    ) -> OwnerCommand.Outcome {
        let reason: String
        do throws(SystemError) {
            let canonicalPath = try PrivateFile.canonicalPath(of: path)
            if let outcome = try ControlClient.run(command, onDatabase: canonicalPath, progress: progress) {
                return outcome
            }
            reason = "it gave no answer"
        } catch {
            reason = "\(error)"
        }
        return OwnerCommand.Outcome(
            status: ExitStatus.unavailable, text: "martlet: the server that runs on \(path) can't be asked: \(reason)\n"
        )
    }

    /// `20261123T081712Z`
    private static var timeForFileNames: String {
        CivilTime(secondsSince1970: SystemClock.wallMilliseconds() / 1000).rfc3339.filter { $0 != "-" && $0 != ":" }
    }
}

/// Shows on a terminal how far a command is, in one line.
private final class TerminalProgress {
    private let isShown = StandardStream.error.isTerminal
    private var isLineBegun = false

    func show(_ text: String) {
        guard isShown else { return }
        isLineBegun = true
        StandardStream.error.write("\r\u{1B}[K\(text.oneLine)")
    }

    func clear() {
        if isLineBegun { StandardStream.error.write("\r\u{1B}[K") }
    }
}
