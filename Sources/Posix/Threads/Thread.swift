import CLinux
import Glibc

/// A thread for work that blocks, which must not run on Swift's shared pool (pthread_create(3)).
///
/// The owner of a thread joins it.
package final class Thread: @unchecked Sendable {
    // Safe: `handle` is written once in init and read by the one call of `join`.
    private let handle: pthread_t

    /// Starts a thread that the program needs to begin its work, which ends if there is none to be had. `top -H` shows
    /// its name, cut to 15 bytes (pthread_setname_np(3)).
    ///
    /// - Parameter niceness: 0 to 19. A thread with a higher value leaves the cores to the others if there are too few
    ///   for all. On Linux, each thread has its own (setpriority(2), "C library/kernel differences").
    package init(name: String, niceness: CInt = 0, body: @escaping @Sendable () -> Void) {
        do throws(SystemError) {
            handle = try Self.create(Argument(name: name, niceness: niceness, body: body))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Starts a thread, or does what a test puts in the place of that.
    package typealias Start =
        @Sendable (_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) -> Thread

    /// Starts a thread while the program does its work.
    ///
    /// - Throws: EAGAIN if the machine or the service has as many threads as it may have, or no memory for another.
    package static func start(
        _ name: String, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Thread {
        Thread(handle: try create(Argument(name: name, niceness: 0, body: body)))
    }

    private init(handle: pthread_t) {
        self.handle = handle
    }

    private static func create(_ argument: Argument) throws(SystemError) -> pthread_t {
        precondition((0...19).contains(argument.niceness), "niceness must be 0…19; a negative one needs privileges")
        let start = Unmanaged.passRetained(argument)
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { argument in
                let start = Unmanaged<Argument>.fromOpaque(argument!).takeRetainedValue()
                pthread_setname_np(pthread_self(), String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
                if start.niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, start.niceness) }
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError(code: code, call: "pthread_create")
        }
        return handle
    }

    /// Waits until the thread has ended; called once.
    package func join() {
        let code = pthread_join(handle, nil)
        precondition(code == 0, "a thread must be joined exactly once, by another thread")
    }

    private final class Argument {
        let name: String
        let niceness: CInt
        let body: @Sendable () -> Void

        init(name: String, niceness: CInt, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.body = body
        }
    }
}

/// The identity of a thread, by which an object that is confined to it can assert that (pthread_equal(3)).
package struct ThreadIdentity: Sendable {
    private let handle: pthread_t

    /// The calling thread.
    package static var current: ThreadIdentity { ThreadIdentity(handle: pthread_self()) }

    package var isCurrent: Bool { pthread_equal(handle, pthread_self()) != 0 }
}

/// Sleeps for a moment, for conditions that no call can wait for (nanosleep(2)).
package func sleepBriefly() {
    var time = timespec(tv_sec: 0, tv_nsec: 20_000_000)
    nanosleep(&time, nil)
}

/// Lets other threads run (sched_yield(2)).
package func yieldThread() {
    sched_yield()
}
