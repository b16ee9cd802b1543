import Configuration
import Front
import Posix
import Synchronization
import Text

/// The program that started the process, passes sockets to it and receives notifications, such as systemd
/// (sd_notify(3), sd_listen_fds(3)). Without a service manager there are no sockets, and notifications are dropped.
package final class ServiceManager: Sendable {
    /// The use of a passed socket, by its name in the unit (`FileDescriptorName=`).
    package enum SocketUse: String, Sendable {
        case http, accrual, admin, staff

        /// A socket with any other name serves customers: without a name, systemd passes the unit's.
        package init(name: String) {
            self = SocketUse(rawValue: name) ?? .http
        }
    }

    /// The reason why the process cannot do what the service manager asks, as a sentence for the owner.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// The notifications, besides those of the watchdog.
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

    /// The longest time between two notifications of the watchdog; `nil` if it is off.
    package let watchdogMilliseconds: Int?
    private let socket: NotifySocket?
    private let passed: Mutex<[PassedSocket]>
    private let replacements = Mutex<[PassedAddress]>([])
    private let log: Log

    /// - Parameter environment: the process's variables, which name the passed sockets and the socket for
    ///   notifications.
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
            // The service manager would wait for a notification, and then end the process.
            throw Failure(description: "NOTIFY_SOCKET: \(error)")
        }
        watchdogMilliseconds = Self.watchdogMilliseconds(environment, processID: ProcessSetup.processID)
    }

    /// Half of the watchdog's time-out (sd_watchdog_enabled(3)).
    package static func watchdogMilliseconds(_ environment: [String: String], processID: Int32) -> Int? {
        guard let limit = environment["WATCHDOG_USEC"].flatMap({ Int($0) }), limit > 0,
            environment["WATCHDOG_PID"].map({ $0 == String(processID) }) ?? true
        else { return nil }
        return max(1, limit / 2000)
    }

    /// Returns the passed listeners for a use. Each is returned once.
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

    /// Notes that sockets replace a setting's address, and warns if they listen elsewhere.
    package func note(_ replacement: PassedAddress, of address: Address) {
        replacements.withLock { $0.append(replacement) }
        guard let resolved = try? Endpoint.resolve(host: address.host, port: address.port),
            !replacement.agrees(with: resolved)
        else { return }
        log.warning(replacement.warning(address))
    }

    /// Logs the passed sockets that no listener has taken.
    package func noteUnused() {
        for socket in passed.withLock({ $0 }) {
            log.warning("the socket \"\(socket.name)\" that was passed is not used, so connections to it wait for ever")
        }
    }

    package func tell(_ notice: Notice) {
        do throws(SystemError) {
            try socket?.send(notice.text)
        } catch {
            log.warning("the service manager can't be told how the server is: \(error)")
        }
    }

    /// Runs `body`, which reloads the configuration, and notifies the service manager before and after it.
    package func whileReloading(status: String, _ body: () -> Void) {
        tell(.reloading(monotonicMicroseconds: SystemClock.monotonicNanoseconds() / 1000))
        body()
        tell(.ready(status: status))
    }
}
