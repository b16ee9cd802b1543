import CLinux
import Glibc

/// The person who called the program, where one did (termios(3)).
package enum Terminal {
    /// Whether a person types what the program reads.
    package static var isTyped: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether that person sees what the program asks, too.
    package static var isThere: Bool { isTyped && StandardStream.error.isTerminal }

    /// Asks on stderr and returns the line that was typed, without its end; nil where the person gave up, or the line is longer
    /// than any answer.
    ///
    /// - Parameter isSecret: whether the terminal shows nothing of it.
    package static func ask(_ question: String, isSecret: Bool = false) -> String? {
        StandardStream.error.write(question)
        guard isSecret else { return readLine() }
        // A signal that ended the program while nothing is shown would leave the terminal so: it ends the reading instead.
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

    /// The next line of stdin, from a person or not (read(2)).
    package static func readLine() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        // One byte at a time: what stands behind the line is another's.
        while bytes.count <= lineBytesMax {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 0, bytes.isEmpty { return nil }
            if count == 0 || byte == 0x0A { return String(validating: bytes, as: UTF8.self) }
            guard count > 0 else { return nil }
            bytes.append(byte)
        }
        return nil
    }
}

/// The system's users (getpwuid_r(3)).
package enum SystemUser {
    /// The number of the user who runs this process (getuid(2)).
    package static var currentID: UInt32 { getuid() }

    /// The name of a user, or the number where there is no name.
    package static func name(of id: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return String(id)
        }
        return String(cString: name)
    }
}
