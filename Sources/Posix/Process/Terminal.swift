import CLinux
import Glibc

/// The terminal of the person who started the program, if there is one (termios(3)).
package enum Terminal {
    /// True if stdin is a terminal.
    package static var isTyped: Bool { isatty(STDIN_FILENO) == 1 }

    /// True if stdin and stderr are terminals, so that a person sees questions and types answers.
    package static var isThere: Bool { isTyped && StandardStream.error.isTerminal }

    /// Asks on stderr and returns the line that was typed, without its end. Returns `nil` if the person gave up, or if
    /// the line is longer than any answer.
    ///
    /// - Parameter isSecret: true if the terminal must not show the answer.
    package static func ask(_ question: String, isSecret: Bool = false) -> String? {
        StandardStream.error.write(question)
        guard isSecret else { return readLine() }
        // A signal that ended the program now would leave the terminal without echo, so a signal ends the reading
        // instead.
        var (before, caught) = (sigaction(), sigaction())
        caught.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGINT, &caught, &before)
        defer { sigaction(SIGINT, &before, nil) }
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            StandardStream.error.write("\n")
        }
        return readLine()
    }

    /// Longer than any password or answer.
    private static let lineBytesMax = 4096

    /// A line of stdin.
    package enum Line: Equatable, Sendable {
        case text(String)
        /// The input has ended.
        case none
        case notUTF8
        case tooLong
    }

    /// Returns the next line of stdin without its end (read(2)). A carriage return before the line feed belongs to the
    /// end, and a byte order mark at the beginning is not part of the text, because programs on Windows write both.
    package static func nextLine() -> Line {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        // One byte at a time: the next line is for another program.
        while bytes.count <= lineBytesMax {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR, !isTyped { continue }
            guard count >= 0, count > 0 || !bytes.isEmpty else { return .none }
            if count == 0 || byte == 0x0A { return line(bytes) }
            bytes.append(byte)
        }
        return .tooLong
    }

    private static func line(_ bytes: [UInt8]) -> Line {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        if text.last == 0x0D { text = text.dropLast() }
        return String(validating: text, as: UTF8.self).map { .text($0) } ?? .notUTF8
    }

    private static func readLine() -> String? {
        guard case .text(let text) = nextLine() else { return nil }
        return text
    }
}
