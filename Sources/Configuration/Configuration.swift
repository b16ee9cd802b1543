import API
import AccrualClient
import Front
import Logging
import Loyalty
import SignIn
import Storage

/// Everything that can be set, as it is in force.
///
/// If a room has a structure for its settings, the configuration contains that structure, so that a default is stated
/// once, in the room that uses it. ``Settings`` gives each value its name, and says which values are allowed and how
/// they are set.
package struct Configuration: Sendable {
    package var runAddress = Address(host: "localhost", port: 8080)
    package var database = DatabaseLocation(path: "martlet.db")
    /// The address of the accrual system; `nil` for the built-in one.
    package var accrualSystem: AccrualAddress?
    /// The address of the listener for monitoring; `nil` for none.
    package var admin: Listen? = Listen(address: Address(host: "localhost", port: 8082), isConfigured: false)
    /// The address of the listener for the staff; `nil` for none.
    package var staffListen: Listen? = Listen(address: Address(host: "localhost", port: 8083), isConfigured: false)
    /// The addresses and networks of proxies, as text.
    package var trustedProxies: [String] = []
    /// The origins whose pages may call the API from a browser.
    package var corsOrigins: [String] = []
    /// The names, without a port, that the listeners other than the customers' accept in addition to those of their own
    /// machine.
    package var allowedHosts: [String] = []
    package var web = Web()
    package var shop = Shop()
    package var staff = Staff()
    package var accrual = Accrual()
    package var http = HTTP()
    package var front = FrontConfiguration()
    package var accounts = Accounts()
    package var hashing = HashingLimits()
    package var sessions = Sessions()
    package var events = EventHub.Limits()
    package var storage = StorageLimits()
    package var backups = Backups()
    package var pipeline = PipelineConfiguration()
    package var retries = Retries()
    package var log = LogSettings()

    /// The defaults.
    package init() {}

    /// An address with a default.
    package struct Listen: Sendable {
        package let address: Address
        /// True if the owner set the address, and so has to be told if it is not available.
        package let isConfigured: Bool

        /// Parses an address that the owner set; `nil` if it is malformed.
        init?(_ text: String) {
            guard let address = Address(text) else { return nil }
            self.init(address: address, isConfigured: true)
        }

        init(address: Address, isConfigured: Bool) {
            (self.address, self.isConfigured) = (address, isConfigured)
        }
    }

    /// The pages.
    package struct Web: Sendable {
        package var hasCustomerPage = true
    }

    /// The rights of the staff.
    package struct Staff: Sendable {
        /// The most whole points that a cashier may give or take at once.
        package var adjustmentPointsMax = 1000
        /// A password is the only factor of a member of the staff, who can change balances.
        package var passwordBytesMin = 12
    }

    /// The built-in accrual system.
    package struct Accrual: Sendable {
        package var listen = Listen(address: Address(host: "localhost", port: 8081), isConfigured: false)
        /// 0 for no limit.
        package var requestsPerMinute = 0
        /// A file of certificate authorities to trust when another accrual system is asked; `nil` for those of the
        /// environment or the system.
        package var authoritiesFile: String?
    }

    /// The settings of HTTP that are not in ``FrontConfiguration``, or that have a special value there.
    package struct HTTP: Sendable {
        /// 0 for one event loop per core.
        package var eventLoops = 0
        /// 0 for an eighth of all connections.
        package var connectionsPerAddressMax = 0
        package var stopTimeoutMilliseconds = 10_000
        /// The origins, in addition to the server's own, whose pages may send requests that change something.
        package var allowedOrigins: [String] = []
    }

    package struct Accounts: Sendable {
        package var passwordBytesMin = 1
        /// True if customers may register, as long as the owner has not decided otherwise at run time.
        package var isRegistrationOpen = true
        /// 0 for no limit, as in the three settings that follow.
        package var hashingPerAddressMax = 64
        package var failuresPerLoginMax = 5
        package var failuresPerAddressMax = 100
        package var registrationsPerAddressMax = 10_000
        package var delaySecondsMax = 60
    }

    package struct Sessions: Sendable {
        private static let defaults = GophermartAPI.Settings()

        package var lifetimeSeconds = Int(defaults.sessionSeconds)
        package var perUserMax = NewSession.perUserMaxDefault
        package var cookieName = defaults.cookieName
        package var cookieIsSecure = defaults.cookieIsSecure
    }

    package struct Backups: Sendable {
        /// The folder of scheduled backups; `nil` for none.
        package var folder: String?
        package var intervalSeconds = 86_400
        package var keepCount = 7
    }

    /// The delays of a ``RetryPolicy``. They are set one by one, and make a policy only if they are in order.
    package struct Retries: Sendable {
        private static let defaults = PipelineConfiguration().retryPolicy

        package var delayMinMilliseconds = defaults.delayMinMilliseconds
        package var delayMaxMilliseconds = defaults.delayMaxMilliseconds
    }
}
