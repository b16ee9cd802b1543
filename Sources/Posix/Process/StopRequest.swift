import CLinux
import Glibc
import Synchronization

/// A signal that asks a command to end while it makes a file. The command gives up, removes its unfinished file, and
/// then ends by that signal.
///
/// It is for commands with one thread. A server receives its signals as ``OwnerSignal``.
package enum StopRequest {
    /// Cancelled when a signal asks for the end.
    package static let cancellation = Cancellation()
    /// The number of the signal; zero before the first.
    private static let number = Atomic<CInt>(0)
    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    /// Handles the signals from now on; a second signal ends the process at once (signal(2)). One that the parent
    /// process ignores stays ignored, such as SIGHUP under nohup(1).
    package static func take() {
        // The handler of a signal may not allocate, so the value exists before the handler does.
        _ = cancellation
        _ = number.load(ordering: .relaxed)
        set(handle)
        // A process inherits the blocked signals of the thread that starts it (sigprocmask(2)).
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        for each in numbers { sigaddset(&unblocked, each) }
        pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    }

    /// Leaves the signals to the system again. If one came meanwhile, `willEnd` is called, and the process ends by it.
    package static func leave(willEnd: () -> Void) {
        set(SIG_DFL)
        let received = number.load(ordering: .relaxed)
        guard received != 0 else { return }
        willEnd()
        raise(received)
    }

    private static func set(_ handler: sighandler_t?) {
        for each in numbers {
            let former = signal(each, handler)
            if isSame(former, SIG_IGN) { signal(each, SIG_IGN) }
        }
    }

    private static func isSame(_ one: sighandler_t?, _ other: sighandler_t?) -> Bool {
        unsafeBitCast(one, to: Int.self) == unsafeBitCast(other, to: Int.self)
    }

    private static let handle: @convention(c) (CInt) -> Void = { received in
        signal(received, SIG_DFL)
        StopRequest.number.store(received, ordering: .relaxed)
        StopRequest.cancellation.cancel()
    }
}
