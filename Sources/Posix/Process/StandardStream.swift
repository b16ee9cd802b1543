import CLinux
import Glibc

/// A stream that the process prints on (stdout(3)).
package enum StandardStream: CInt, Sendable {
    case output = 1
    case error = 2

    /// Returns true if a terminal shows what is written (isatty(3)).
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all of the text and ignores errors of the stream: for messages whose loss changes nothing.
    package func write(_ text: String) {
        try? writeAll(text)
    }

    /// Writes all of the text in one call if the system takes it whole, so that lines of several threads do not mix
    /// (write(2)). Waits if the stream does not block and is full, as a pipe that another program set to O_NONBLOCK is.
    ///
    /// - Throws: the error of the call that failed; some of the text may be written then.
    package func writeAll(_ text: String) throws(SystemError) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress! + written, $0.count - written) }
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: _ = events(awaiting: POLLOUT, milliseconds: -1)
            default: throw SystemError("write")
            }
        }
    }

    /// The error that writing would meet now, if that can be known without writing: the stream is closed, or open for
    /// reading only, or a pipe that no process reads (fcntl(2), poll(2)).
    package var obstacle: SystemError? {
        let flags = fcntl(rawValue, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { return SystemError(code: EBADF, call: "write") }
        return events(awaiting: 0, milliseconds: 0) & POLLERR != 0 ? SystemError(code: EPIPE, call: "write") : nil
    }

    /// Closes the stream: some file systems report only then that the disk is full (close(2)).
    package func close() throws(SystemError) {
        guard Glibc.close(rawValue) == 0 || errno == EINTR else { throw SystemError("close") }
    }

    private func events(awaiting events: CInt, milliseconds: CInt) -> CInt {
        var request = pollfd(fd: rawValue, events: Int16(events), revents: 0)
        return poll(&request, 1, milliseconds) > 0 ? CInt(request.revents) : 0
    }
}

/// SIGPIPE, by which the system ends a process that writes to a pipe that no process reads (signal(7)).
package enum BrokenPipe {
    /// True if the parent process had SIGPIPE ignored before ``ignore()`` did.
    private static let wasIgnored: Bool = {
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }()

    /// Has a write to such a pipe fail with EPIPE, and a write beyond the limit on a file's size with EFBIG.
    package static func ignore() {
        _ = wasIgnored
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Ends the process as SIGPIPE does by default, which a shell expects of `martlet … | head -1`; returns if the
    /// parent process wanted the signal ignored.
    package static func endProcess() {
        guard !wasIgnored else { return }
        signal(SIGPIPE, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGPIPE)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(SIGPIPE)
    }
}
