import CLinux
import Glibc

/// A signal by which the owner controls a running server. One thread waits for it (sigwait(3)).
package enum OwnerSignal: Sendable {
    /// SIGTERM or SIGINT, by its name.
    case stop(String)
    /// SIGHUP.
    case reload

    /// Blocks the signals on this thread and on each thread that it starts. It must be called before the first of those
    /// starts.
    package static func block() {
        var set = set(of: [SIGTERM, SIGINT, SIGHUP])
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the next signal. After the first signal to stop, a second one ends the process at once.
    package static func next() -> OwnerSignal {
        var all = set(of: [SIGTERM, SIGINT, SIGHUP])
        var number: CInt = 0
        while sigwait(&all, &number) != 0 {}
        if number == SIGHUP { return .reload }
        ProcessStart.endBySignals([SIGTERM, SIGINT])
        return .stop(number == SIGINT ? "SIGINT" : "SIGTERM")
    }

    private static func set(of numbers: [CInt]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}
