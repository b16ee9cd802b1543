import Configuration
import Front
import Posix
import Synchronization
import Text

/// Who started the process, passes sockets to it and wants to hear of it, such as systemd (sd_notify(3), sd_listen_fds(3)).
/// Where nobody does, nothing was passed, and nobody is told.
package final class ServiceManager: Sendable {
    /// What a passed socket is for, by the name that it has in its unit (`FileDescriptorName=`).
    package enum SocketUse: String, Sendable {
        case http, accrual, admin

        /// A name that says nothing is that of the socket for customers: without one, systemd gives the unit's.
        package init(name: String) {
            self = SocketUse(rawValue: name) ?? .http
        }
    }

    /// Why the process can't do what the service manager asks of it, in a sentence for the owner.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What it is told, besides the time at which the server lives.
    package enum Notice: Sendable {
        case ready(status: String)
        case reloading(monotonicMicroseconds: Int64)
        case stopping(status: String)
        case alive

        /// The assignments of sd_notify(3).
        var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status.oneLine)"
            case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
            case .stopping(let status): "STOPPING=1\nSTATUS=\(status.oneLine)"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    /// How often it wants to hear that the server lives, at least; nil where it does not.
    package let watchdogMilliseconds: Int?
    private let socket: NotifySocket?
    private let passed: Mutex<[PassedSocket]>
    private let replacements = Mutex<[PassedAddress]>([])
    private let log: Log

    /// - Parameter environment: of the process; names what was passed and who is told.
    package init(environment: [String: String], log: Log) throws(Failure) {
        guard let passed = PassedSocket.all(environment: environment) else {
            throw Failure(description: "LISTEN_FDS must be a whole number from 0 to \(PassedSocket.countMax)")
        }
        self.passed = Mutex(passed)
        self.log = log
        do throws(SystemError) {
            socket = try environment["NOTIFY_SOCKET"].map { address throws(SystemError) in
                try NotifySocket(address: address)
            }
        } catch {
            // It would wait for word of us, and end us.
            throw Failure(description: "NOTIFY_SOCKET: \(error)")
        }
        watchdogMilliseconds = Self.watchdogMilliseconds(environment, processID: ProcessSetup.processID)
    }

    /// Half of the time after which it gives us up (sd_watchdog_enabled(3)).
    package static func watchdogMilliseconds(_ environment: [String: String], processID: Int32) -> Int? {
        guard let limit = environment["WATCHDOG_USEC"].flatMap({ Int($0) }), limit > 0,
            environment["WATCHDOG_PID"].map({ $0 == String(processID) }) ?? true
        else { return nil }
        return max(1, limit / 2000)
    }

    /// The listeners that were passed for this, each once.
    package func takeListeners(for use: SocketUse) throws(Failure) -> [Listener] {
        let sockets = passed.withLock { passed in
            let taken = passed.filter { SocketUse(name: $0.name) == use }
            passed.removeAll { SocketUse(name: $0.name) == use }
            return taken
        }
        var listeners: [Listener] = []
        for socket in sockets {
            do throws(SystemError) {
                listeners.append(try Listener(passed: socket))
            } catch {
                throw Failure(
                    description: "the socket \"\(socket.name)\" that was passed takes no TCP connections: \(error)")
            }
        }
        return listeners
    }

    /// The settings whose addresses passed sockets have replaced.
    package var replaced: [PassedAddress] { replacements.withLock { $0 } }

    /// Notes that sockets were passed in the place of a setting's address, and warns if they listen elsewhere.
    package func note(_ replacement: PassedAddress, of address: Address) {
        replacements.withLock { $0.append(replacement) }
        guard let resolved = try? Endpoint.resolve(host: address.host, port: address.port),
            !replacement.agrees(with: resolved)
        else { return }
        log.warning(replacement.warning(address))
    }

    /// Says which of the passed sockets nobody has taken.
    package func noteUnused() {
        for socket in passed.withLock({ $0 }) {
            log.warning("the socket \"\(socket.name)\" that was passed is not used: connections to it wait for ever")
        }
    }

    package func tell(_ notice: Notice) {
        do throws(SystemError) {
            try socket?.send(notice.text)
        } catch {
            log.warning("the service manager can't be told how the server is: \(error)")
        }
    }

    /// Does what a request to reload asks for, and tells when that begins and ends.
    package func whileReloading(status: String, _ body: () -> Void) {
        tell(.reloading(monotonicMicroseconds: SystemClock.monotonicNanoseconds() / 1000))
        body()
        tell(.ready(status: status))
    }
}
