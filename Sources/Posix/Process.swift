import CLinux
import Glibc

/// Properties of the whole process, which it asks for or sets at its start.
package enum ProcessSetup {
    /// Raises the soft limit on open files to at least `count` if the hard limit allows it (setrlimit(2)). Returns the
    /// limit in force.
    package static func raiseOpenFilesLimit(to count: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let wanted = min(rlim_t(count), limit.rlim_max)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { return Int(wanted) }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Ends the process at once and writes nothing more (_exit(2)).
    package static func exitAtOnce(status: Int32) -> Never {
        _exit(status)
    }

    package static var processID: Int32 { getpid() }

    /// The path of the executable, with symbolic links followed (proc(5), /proc/self/exe).
    package static var executablePath: String? {
        try? PrivateFile.canonicalPath(of: "/proc/self/exe")
    }

    package static var coreCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}

/// A signal by which the owner controls a running server. One thread waits for it (sigwait(3)).
package enum OwnerSignal: Sendable {
    /// SIGTERM or SIGINT, by its name.
    case stop(String)
    /// SIGHUP.
    case reload

    /// Holds the signals back on this thread and on every one it starts; called before the first is started.
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
