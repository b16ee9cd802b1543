import Posix
import Text

/// Shows the progress of a command on a terminal, in one line.
final class TerminalProgress {
    private let isShown = StandardStream.error.isTerminal
    private var isLineBegun = false
    /// Longer text is cut: it could take more than one line of the terminal, and then it could not be replaced.
    private static let textCharactersMax = 120

    func show(_ text: String) {
        guard isShown, !text.isEmpty else { return }
        isLineBegun = true
        StandardStream.error.write("\r\u{1B}[K\(String(text.prefix(Self.textCharactersMax)).oneLine)")
    }

    func clear() {
        if isLineBegun { StandardStream.error.write("\r\u{1B}[K") }
        isLineBegun = false
    }
}
