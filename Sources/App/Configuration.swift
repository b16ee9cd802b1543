import JSON
import Loyalty
import Posix
import SignIn

/// Everything that can be set, as it is in force. ``Settings`` says how each value is named, what it may be, and how it is
/// set; the defaults stand here.
struct Configuration: Sendable {
    var runAddress = Address(host: "localhost", port: 8080)
    var database = DatabaseLocation(path: "martlet.db")
    /// Nil for the built-in one.
    var accrualSystem: AccrualAddress?
    /// Where those who watch over the server ask it; nil for nowhere.
    var admin: Listen? = Listen(address: Address(host: "localhost", port: 8082), isConfigured: false)
    /// Addresses and networks, as they are written.
    var trustedProxies: [String] = []
    /// Whose pages may call the API from a browser.
    var corsOrigins: [String] = []
    /// Names, without a port, under which the accrual and admin listeners are served besides their own machine's.
    var allowedHosts: [String] = []
    var accrual = Accrual()
    var http = HTTP()
    var accounts = Accounts()
    var sessions = Sessions()
    var orders = Orders()
    var events = Events()
    var storage = Storage()
    var backups = Backups()
    var dispatcher = Dispatcher()
    var log = Logging()

    /// An address with a default.
    struct Listen: Sendable {
        let address: Address
        /// Whether somebody asked for it, and so has to hear where it can't be had.
        let isConfigured: Bool

        /// As somebody asked for it.
        init?(_ text: String) {
            guard let address = Address(text) else { return nil }
            self.init(address: address, isConfigured: true)
        }

        init(address: Address, isConfigured: Bool) {
            (self.address, self.isConfigured) = (address, isConfigured)
        }
    }

    struct Logging: Sendable {
        var level = Log.Level.info
        var format = LogFormat.auto
    }

    /// The built-in accrual system.
    struct Accrual: Sendable {
        var listen = Listen(address: Address(host: "localhost", port: 8081), isConfigured: false)
        /// 0 is no limit.
        var requestsPerMinute = 0
        /// Certificates to trust, of another accrual system; nil for the environment's or the system's.
        var authoritiesFile: String?
    }

    struct HTTP: Sendable {
        /// 0 is one a core.
        var eventLoops = 0
        var requestLineBytesMax = 8 * 1024
        var headBytesMax = 16 * 1024
        var headFieldsMax = 100
        var bodyBytesMax = 1024 * 1024
        var headTimeoutMilliseconds = 10_000
        var bodyTimeoutMilliseconds = 30_000
        var idleTimeoutMilliseconds = 60_000
        var writeTimeoutMilliseconds = 15_000
        var stopTimeoutMilliseconds = 10_000
        var connectionsMax = 16_384
        /// 0 is an eighth of those in all.
        var connectionsPerAddressMax = 0
        var bufferedBytesMax = 128 * 1024 * 1024
        var allowedOrigins: [String] = []
    }

    struct Accounts: Sendable {
        var passwordBytesMin = 1
        var hashingThreads = 2
        var hashingQueueMax = 256
        /// Of these four, 0 is no limit.
        var hashingPerAddressMax = 64
        var failuresPerLoginMax = 5
        var failuresPerAddressMax = 100
        var registrationsPerAddressMax = 10_000
        var delaySecondsMax = 60
    }

    struct Sessions: Sendable {
        var lifetimeSeconds = 30 * 86_400
        var perUserMax = NewSession.perUserMaxDefault
        var cookieName = "session"
        var cookieIsSecure = false
    }

    struct Orders: Sendable {
        var unfinishedPerUserMax = 10_000
    }

    struct Events: Sendable {
        var heartbeatMilliseconds = 15_000
        var streamsMax = 12_288
        var streamsPerUserMax = 16
        var keptMax = 65_536
    }

    struct Storage: Sendable {
        var writeQueueMax = 4096
        var batchMax = 256
    }

    struct Backups: Sendable {
        /// Nil for no backups by the clock.
        var folder: String?
        var intervalSeconds = 86_400
        var keepCount = 7
    }

    struct Dispatcher: Sendable {
        var intervalMilliseconds = 250
        var jobsPerTickMax = 1000
        var workers = 8
        var requestTimeoutMilliseconds = 5000
        var retryDelayMinMilliseconds = 500
        var retryDelayMaxMilliseconds = 60_000
        /// 0 is no limit.
        var requestsPerMinute = 0
        var poolMax = 2_000_000
    }
}
