import CLinux
import Glibc
import Synchronization

/// A process that a test starts.
///
/// Tests do not use Foundation's `Process`: before each start it reads `/proc/self/fd` and copies whole `dirent`
/// structures, so it can read past the end of the buffer and crash as soon as the tests have some 1,360 files open; it
/// also waits with select(2), whose sets end at 1,024. The tests of floods hold thousands of sockets.
package final class ChildProcess: Sendable {
    package struct StartFailed: Error {
        let path: String
        let errorNumber: CInt
    }

    package let id: pid_t
    /// The exit status, or the negative number of the signal that ended the process; `nil` until it was waited for.
    private let ending = Mutex<CInt?>(nil)

    /// Starts an executable. The process gets no other descriptors than these three.
    ///
    /// - Parameters:
    ///   - environment: its variables; `nil` for those of the tests.
    ///   - directory: its working directory; `nil` for that of the tests.
    ///   - input: its descriptor 0; `nil` for an empty one.
    ///   - output: its descriptor 1; `nil` to discard the output.
    ///   - error: its descriptor 2; `nil` for that of the tests.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil, in directory: String? = nil,
        input: CInt? = nil, output: CInt? = nil, error: CInt? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, source) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, error)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, descriptor)
            } else if descriptor != STDERR_FILENO {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
            }
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        if let directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own keeps an interrupt of the tests from ending it before its test cleans up.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let argumentList = CStrings([path] + arguments)
        let variables = environment.map { CStrings($0.map { "\($0)=\($1)" }) }
        var id: pid_t = 0
        let errorNumber =
            if let variables {
                posix_spawn(&id, path, &actions, &attributes, argumentList.pointers, variables.pointers)
            } else {
                posix_spawn(&id, path, &actions, &attributes, argumentList.pointers, environ)
            }
        guard errorNumber == 0 else { throw StartFailed(path: path, errorNumber: errorNumber) }
        self.id = id
    }

    package var isRunning: Bool { endingIfEnded() == nil }

    /// Sends a signal, unless the process has been waited for: its number may be another process's then.
    package func signal(_ number: CInt) {
        ending.withLock { if $0 == nil { kill(id, number) } }
    }

    /// Waits for the end, for however long. Returns the exit status, or the negative number of the signal.
    @discardableResult
    package func waitForEnd() -> CInt {
        while true {
            if let ending = endingIfEnded() { return ending }
            // The process stays a zombie, which `endingIfEnded` collects.
            var information = siginfo_t()
            waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT)
        }
    }

    private func endingIfEnded() -> CInt? {
        ending.withLock { ending in
            guard ending == nil else { return ending }
            var status: CInt = 0
            guard waitpid(id, &status, WNOHANG) == id else { return nil }
            // The macros of wait(2): the signal is in the low seven bits, the exit status in the next byte.
            let signal = status & 0x7F
            ending = signal == 0 ? (status >> 8) & 0xFF : -signal
            return ending
        }
    }
}

/// Strings as execve(2) takes them.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        pointers = strings.map { strdup($0) } + [nil]
    }

    deinit {
        for pointer in pointers { free(pointer) }
    }
}
