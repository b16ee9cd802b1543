import Logging
import Loyalty

/// Everything that can be set, as it is in force. ``Settings`` says how each value is named, what it may be, and how it
/// is set; the defaults stand here.
package struct Configuration: Sendable {
    package var runAddress = Address(host: "localhost", port: 8080)
    package var database = DatabaseLocation(path: "martlet.db")
    /// Nil for the built-in one.
    package var accrualSystem: AccrualAddress?
    /// Where those who watch over the server ask it; nil for nowhere.
    package var admin: Listen? = Listen(address: Address(host: "localhost", port: 8082), isConfigured: false)
    /// Addresses and networks, as they are written.
    package var trustedProxies: [String] = []
    /// Whose pages may call the API from a browser.
    package var corsOrigins: [String] = []
    /// Names, without a port, under which the accrual and admin listeners are served besides their own machine's.
    package var allowedHosts: [String] = []
    package var accrual = Accrual()
    package var http = HTTP()
    package var accounts = Accounts()
    package var sessions = Sessions()
    package var orders = Orders()
    package var events = Events()
    package var storage = Storage()
    package var backups = Backups()
    package var dispatcher = Dispatcher()
    package var log = LogSettings()

    /// The defaults.
    package init() {}

    /// An address with a default.
    package struct Listen: Sendable {
        package let address: Address
        /// Whether somebody asked for it, and so has to hear where it can't be had.
        package let isConfigured: Bool

        /// As somebody asked for it.
        package init?(_ text: String) {
            guard let address = Address(text) else { return nil }
            self.init(address: address, isConfigured: true)
        }

        package init(address: Address, isConfigured: Bool) {
            (self.address, self.isConfigured) = (address, isConfigured)
        }
    }

    /// The built-in accrual system.
    package struct Accrual: Sendable {
        package var listen = Listen(address: Address(host: "localhost", port: 8081), isConfigured: false)
        /// 0 is no limit.
        package var requestsPerMinute = 0
        /// Certificates to trust, of another accrual system; nil for the environment's or the system's.
        package var authoritiesFile: String?
    }

    package struct HTTP: Sendable {
        /// 0 is one a core.
        package var eventLoops = 0
        package var requestLineBytesMax = 8 * 1024
        package var headBytesMax = 16 * 1024
        package var headFieldsMax = 100
        package var bodyBytesMax = 1024 * 1024
        package var headTimeoutMilliseconds = 10_000
        package var bodyTimeoutMilliseconds = 30_000
        package var idleTimeoutMilliseconds = 60_000
        package var writeTimeoutMilliseconds = 15_000
        package var stopTimeoutMilliseconds = 10_000
        package var connectionsMax = 16_384
        /// 0 is an eighth of those in all.
        package var connectionsPerAddressMax = 0
        package var bufferedBytesMax = 128 * 1024 * 1024
        package var allowedOrigins: [String] = []
    }

    package struct Accounts: Sendable {
        package var passwordBytesMin = 1
        package var hashingThreads = 2
        package var hashingQueueMax = 256
        /// Of these four, 0 is no limit.
        package var hashingPerAddressMax = 64
        package var failuresPerLoginMax = 5
        package var failuresPerAddressMax = 100
        package var registrationsPerAddressMax = 10_000
        package var delaySecondsMax = 60
    }

    package struct Sessions: Sendable {
        package var lifetimeSeconds = 30 * 86_400
        package var perUserMax = NewSession.perUserMaxDefault
        package var cookieName = "session"
        package var cookieIsSecure = false
    }

    package struct Orders: Sendable {
        package var unfinishedPerUserMax = 10_000
    }

    package struct Events: Sendable {
        package var heartbeatMilliseconds = 15_000
        package var streamsMax = 12_288
        package var streamsPerUserMax = 16
        package var keptMax = 65_536
    }

    package struct Storage: Sendable {
        package var writeQueueMax = 4096
        package var batchMax = 256
    }

    package struct Backups: Sendable {
        /// Nil for no backups by the clock.
        package var folder: String?
        package var intervalSeconds = 86_400
        package var keepCount = 7
    }

    package struct Dispatcher: Sendable {
        package var intervalMilliseconds = 250
        package var jobsPerTickMax = 1000
        package var workers = 8
        package var requestTimeoutMilliseconds = 5000
        package var retryDelayMinMilliseconds = 500
        package var retryDelayMaxMilliseconds = 60_000
        /// 0 is no limit.
        package var requestsPerMinute = 0
        package var poolMax = 2_000_000
    }
}
