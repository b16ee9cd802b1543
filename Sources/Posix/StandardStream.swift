import CLinux
import Glibc

/// Where a program prints (stdout(3)).
package enum StandardStream: CInt, Sendable {
    case output = 1
    case error = 2

    /// Whether a person may read it as it is written (isatty(3)).
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all of the text, as one call where the system takes it whole, so that lines of several threads do not mix;
    /// gives up where nobody reads any more (write(2)).
    package func write(_ text: String) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress! + written, $0.count - written) }
            guard count > 0 || (count < 0 && errno == EINTR) else { return }
            written += max(0, count)
        }
    }
}
