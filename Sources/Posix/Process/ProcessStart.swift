import CLinux
import Glibc

/// The settings that the process makes before anything else, so that it finds what a system usually provides.
package enum ProcessStart {
    /// Opens descriptors 0 to 2 if they are closed. Otherwise a database or socket could get one of them and receive
    /// the program's output. Reading from them and writing to them fails as before: as in glibc (csu/check_fds.c),
    /// input is open for writing only, and output for reading only.
    ///
    /// - Throws: the error of open(2) if a closed descriptor cannot be opened.
    package static func openStandardDescriptors() throws(SystemError) {
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            // A chroot may have no devices. A folder takes the number too, and can be neither read nor written.
            var opened = open("/dev/null", mode)
            if opened < 0 { opened = open("/", O_RDONLY) }
            // open(2) takes the lowest free number: this one, since the lower ones are open.
            guard opened == descriptor else { throw SystemError("open") }
        }
    }

    /// Makes the first process of a container end by the signals that end any other process. The kernel ignores them
    /// for process 1 unless it has a handler (pid_namespaces(7)).
    package static func endBySignalsAsFirstProcess() {
        guard getpid() == 1 else { return }
        endBySignals([SIGTERM, SIGINT, SIGHUP, SIGQUIT])
    }

    /// Lets the kernel remove processes that end as children of the first process of a container, which gets those
    /// whose own parent has ended (wait(2)). Martlet starts no processes itself.
    package static func reapAsFirstProcess() {
        guard getpid() == 1 else { return }
        signal(SIGCHLD, SIG_IGN)
    }

    /// Makes each of the signals end the process, even if the parent process blocked them, and as process 1 of a
    /// container.
    static func endBySignals(_ numbers: [CInt]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers {
            if getpid() == 1 { signal(number) { _exit(128 + $0) } } else { signal(number, SIG_DFL) }
            sigaddset(&set, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Keeps libdispatch from logging that its timer thread may not have a higher priority, which needs a privilege. An
    /// existing `LIBDISPATCH_LOG` takes precedence. Swift's runtime still reports a trap in libdispatch.
    package static func quietDispatch() {
        setenv("LIBDISPATCH_LOG", "NO", 0)
    }
}
