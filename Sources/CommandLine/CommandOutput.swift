import Posix
import Text

/// Prints the output of a command, and makes sure that a command whose output was lost does not end with status 0.
package final class CommandOutput {
    /// The first error. Nothing is written after it.
    private var failure: SystemError?

    package init() {}

    /// True if output was lost, so that the command need not continue.
    package var isLost: Bool { failure != nil }

    package func write(_ text: String) {
        do throws(SystemError) {
            if failure == nil { try StandardStream.output.writeAll(text) }
        } catch {
            failure = error
        }
    }

    /// Closes the output and returns the command's exit status: `status`, or 74 with a line on stderr if the command
    /// went well and its output was lost. A command that changed nothing ends by SIGPIPE if no process reads its output
    /// any more.
    ///
    /// - Parameter done: what the command has changed, for that line; `nil` if it changed nothing.
    package func end(_ status: Int32, done: String? = nil) -> Int32 {
        do throws(SystemError) {
            if failure == nil { try StandardStream.output.close() }
        } catch {
            failure = error
        }
        guard let failure else { return status }
        if failure.isBrokenPipe, done == nil { BrokenPipe.endProcess() }
        Self.report(failure, done ?? "")
        return status == ExitStatus.success ? ExitStatus.inputOutput : status
    }

    /// Prints one text, and returns the exit status.
    package static func print(_ text: String) -> Int32 {
        let output = CommandOutput()
        output.write(text)
        return output.end(ExitStatus.success)
    }

    /// Returns the exit status of a command whose output would certainly be lost, before it begins; `nil` for every
    /// other.
    package static func refusal(mayChange: Bool) -> Int32? {
        guard let obstacle = StandardStream.output.obstacle else { return nil }
        if obstacle.isBrokenPipe, !mayChange { BrokenPipe.endProcess() }
        report(obstacle, mayChange ? "nothing was done" : "")
        return ExitStatus.inputOutput
    }

    private static func report(_ failure: SystemError, _ done: String) {
        StandardStream.error.write(
            "martlet: the output can't be written: \(failure)\(done.isEmpty ? "" : "; \(done.oneLine)")\n")
    }
}
