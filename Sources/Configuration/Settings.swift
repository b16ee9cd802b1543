import HTTP
import Logging
import Loyalty
import Posix
import Rewards

/// Every setting, in the order of the example file. The flags, environment variables and keys exist by this table: the
/// loader, `martlet config`, the help, the handbook and the example file are made from it.
package enum Settings {
    package static let all: [Setting] =
        main + admin + staff + neighbours + pages + accrual + http + accounts + orders + events + storage + backups
        + dispatcher
        + logging

    package static let main: [Setting] = [
        Setting(
            "run_address", flags: ["-a", "--run-address"], "ADDRESS", environment: "RUN_ADDRESS", \.runAddress,
            .text(anAddress, parse: { Address($0) }, write: \.description, hint: { Address.hint($0) }),
            "address to listen on"),
        database,
        Setting(
            "accrual_system_address", flags: ["-r", "--accrual-system-address"], "URL",
            environment: "ACCRUAL_SYSTEM_ADDRESS",
            \.accrualSystem,
            .optional(
                .text(
                    "host:port, http://host:port or https://host:port, with or without a path",
                    parse: { AccrualAddress($0) }, write: \.url, hint: { AccrualAddress.hint($0) })),
            "address of the accrual system; without it, the built-in one"),
    ]

    package static let database = Setting(
        "database_uri", flags: ["-d", "--database-uri"], "DATABASE", environment: "DATABASE_URI", \.database,
        .text(
            "the path of a SQLite file, alone or after file: or sqlite:, or an address postgres://…",
            parse: { DatabaseLocation($0) }, write: \.printable, hint: { DatabaseLocation.fault(in: $0) }),
        "file of the database, or its address on PostgreSQL")

    private static let anAddress = "host:port, :port or [v6]:port, with a port from 0 to 65535"

    private static let admin: [Setting] = [
        Setting(
            "admin_address", \.admin,
            .text(
                "\(anAddress), or empty for none",
                parse: { $0.isEmpty ? .some(nil) : Configuration.Listen($0).map { .some($0) } },
                write: { $0?.address.description ?? "" }, hint: { Address.hint($0) }),
            "address of /healthz, /readyz and /metrics, for monitoring",
            allowsEmpty: true)
    ]

    private static let staff: [Setting] = [
        Setting(
            "staff_address", \.staffListen,
            .text(
                "\(anAddress), or empty for none",
                parse: { $0.isEmpty ? .some(nil) : Configuration.Listen($0).map { .some($0) } },
                write: { $0?.address.description ?? "" }, hint: { Address.hint($0) }),
            "address of the API for cashiers, cash registers and the owner",
            allowsEmpty: true),
        Setting(
            "staff.adjustment_points_max", \.staff.adjustmentPointsMax, .integer(0...1_000_000_000),
            "most points that a cashier may give or take at once; the owner may do more"),
        Setting(
            "staff.password_bytes_min", \.staff.passwordBytesMin, .integer(1...Password.bytesMax),
            "shortest new password of a member of the staff"),
    ]

    private static let neighbours: [Setting] = [
        Setting(
            "trusted_proxies", \.trustedProxies,
            .list("addresses and networks such as 192.0.2.0/24", isElement: { IPNetwork($0) != nil }),
            "proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"),
        Setting(
            "cors_origins", \.corsOrigins,
            .list(
                "origins such as https://shop.example, http://localhost:3000 or capacitor://localhost; * and null would allow every site",
                isElement: Origin.isValid),
            "other sites and apps whose pages may use the API in a browser"),
        Setting(
            "allowed_hosts", \.allowedHosts,
            .list("host names such as accrual or metrics.shop.example, without a port", isElement: HostName.isValid),
            "host names of all listeners but the customers', besides localhost and IP addresses"),
    ]

    private static let accrual: [Setting] = [
        Setting(
            "accrual.listen", \.accrual.listen,
            .text(
                anAddress, parse: { Configuration.Listen($0) }, write: \.address.description,
                hint: { Address.hint($0) }),
            "address of the built-in accrual system of serve; its clients can grant points"),
        Setting(
            "accrual.requests_per_minute", \.accrual.requestsPerMinute, .integer(0...RequestRate.requestsPerMinuteMax),
            "requests about orders per minute to the built-in accrual system; 0 for no limit"),
        Setting(
            "accrual.ca_file", \.accrual.authoritiesFile,
            .optional(.text("the path of a file", parse: { $0.isEmpty ? nil : $0 }, write: { $0 })),
            "PEM file of certificate authorities; null for those of SSL_CERT_FILE or the system"),
    ]

    private static let http: [Setting] = [
        Setting("http.event_loops", \.http.eventLoops, .integer(0...256), "threads that serve; 0 for one per core"),
        Setting(
            "http.request_line_bytes_max", \.front.limits.requestLineBytesMax, .integer(256...65_536),
            "longest request line; a longer one gets 414"),
        Setting(
            "http.head_bytes_max", \.front.limits.headBytesMax, .integer(1024...131_072),
            "longest head, which is request line and fields; a longer one gets 431"),
        Setting(
            "http.head_fields_max", \.front.limits.headFieldsMax, .integer(8...1000),
            "largest number of fields; more get 431"),
        Setting(
            "http.body_bytes_max", \.front.limits.bodyBytesMax, .integer(1024...67_108_864),
            "largest body of any route, before and after unpacking; a larger one gets 413"),
        Setting(
            "http.head_timeout_ms", \.front.timeouts.headMilliseconds, .integer(milliseconds),
            "longest time from a head's first byte to its last"),
        Setting(
            "http.body_timeout_ms", \.front.timeouts.bodyMilliseconds, .integer(milliseconds),
            "longest time for a whole body"),
        Setting(
            "http.idle_timeout_ms", \.front.timeouts.idleMilliseconds, .integer(milliseconds),
            "longest time between two requests"),
        Setting(
            "http.write_timeout_ms", \.front.timeouts.writeMilliseconds, .integer(milliseconds),
            "longest time in which a client takes nothing of its answer"),
        Setting(
            "http.stop_timeout_ms", \.http.stopTimeoutMilliseconds, .integer(0...600_000),
            "longest time to finish requests when the server stops"),
        Setting(
            "http.connections_max", \.front.connectionsMax, .integer(1...1_000_000), "largest number of connections"),
        Setting(
            "http.connections_per_address_max", \.http.connectionsPerAddressMax, .integer(0...1_000_000),
            "largest number from one address or IPv6 /64; 0 for an eighth of http.connections_max"),
        Setting(
            "http.buffered_bytes_max", \.front.bufferedBytesMax, .integer(1_048_576...68_719_476_736),
            "memory for requests in progress and for answers not yet taken; above it, 503"),
        Setting(
            "http.allowed_origins", \.http.allowedOrigins,
            .list("origins such as https://shop.example or capacitor://localhost", isElement: Origin.isValid),
            "other sites and apps whose pages may send requests that change something"),
    ]

    private static let accounts: [Setting] = [
        Setting(
            "accounts.password_bytes_min", \.accounts.passwordBytesMin, .integer(1...Password.bytesMax),
            "shortest password of a new user"),
        Setting(
            "accounts.registration", \.accounts.isRegistrationOpen, .boolean,
            "customers may register themselves, unless the owner has decided otherwise"),
        Setting(
            "accounts.hashing_threads", \.hashing.threadCount, .integer(1...64),
            "passwords that are hashed at the same time; each takes 19 MiB"),
        Setting(
            "accounts.hashing_queue_max", \.hashing.waitingMax, .integer(1...100_000),
            "passwords that may wait to be hashed; more get 503"),
        Setting(
            "accounts.hashing_per_address_max", \.accounts.hashingPerAddressMax, .integer(0...100_000),
            "passwords of one address that may wait or be hashed; more get 503; 0 for no limit"),
        Setting(
            "accounts.login_failures_max", \.accounts.failuresPerLoginMax, .integer(0...1_000_000),
            "failed sign-ins per hour of a login and address without a delay; 0 for no limit"),
        Setting(
            "accounts.address_failures_max", \.accounts.failuresPerAddressMax, .integer(0...1_000_000),
            "failed sign-ins per hour from one address without a delay; 0 for no limit"),
        Setting(
            "accounts.registrations_max", \.accounts.registrationsPerAddressMax, .integer(0...1_000_000),
            "registrations per hour from one address without a delay; 0 for no limit"),
        Setting(
            "accounts.delay_max_s", \.accounts.delaySecondsMax, .integer(1...86_400),
            "longest delay; delays begin at 1 s and double"),
        Setting(
            "sessions.lifetime_s", \.sessions.lifetimeSeconds, .integer(60...315_360_000), "lifetime of a session"),
        Setting(
            "sessions.per_user_max", \.sessions.perUserMax, .integer(1...10_000),
            "open sessions of one user; one more ends the oldest"),
        Setting(
            "sessions.cookie_name", \.sessions.cookieName,
            .text(CookieName.allowed, parse: { CookieName.isValid($0) ? $0 : nil }, write: { $0 }),
            "name of the session's cookie, for several sites on one host"),
        Setting("sessions.cookie_secure", \.sessions.cookieIsSecure, .boolean, "send the cookie over TLS only"),
    ]

    private static let orders: [Setting] = [
        Setting(
            "orders.unfinished_per_user_max", \.storage.unfinishedOrdersPerUserMax, .integer(1...50_000_000),
            "orders of one user without a final status; more uploads get 429")
    ]

    private static let events: [Setting] = [
        Setting(
            "events.heartbeat_ms", \.events.heartbeatMilliseconds, .integer(100...600_000),
            "time from one heartbeat on a stream of events to the next"),
        Setting(
            "events.streams_max", \.events.streamsMax, .integer(1...1_000_000),
            "open streams of events; more get 503"),
        Setting(
            "events.streams_per_user_max", \.events.streamsPerUserMax, .integer(1...1_000_000),
            "open streams of events of one user; more get 429"),
        Setting(
            "events.kept_max", \.storage.keptChangesMax, .integer(1...10_000_000),
            "events of all users that are kept for clients that reconnect"),
    ]

    private static let storage: [Setting] = [
        Setting(
            "storage.write_queue_max", \.storage.writeQueueMax, .integer(1...1_000_000),
            "writes that may wait to be committed; more get 503"),
        Setting("storage.batch_max", \.storage.batchMax, .integer(1...100_000), "writes that are committed together"),
    ]

    private static let backups: [Setting] = [
        Setting(
            "backups.folder", \.backups.folder,
            .optional(.path("the path of a folder")),
            "folder of scheduled backups; null for none"),
        Setting(
            "backups.interval_s", \.backups.intervalSeconds, .integer(60...31_536_000),
            "time from one backup to the next"),
        Setting(
            "backups.keep", \.backups.keepCount, .integer(1...10_000), "backups that are kept; older ones are removed"),
    ]

    private static let dispatcher: [Setting] = [
        Setting(
            "dispatcher.interval_ms", \.pipeline.intervalMilliseconds, .integer(10...60_000),
            "time from one tick to the next; each tick hands waiting orders to the workers"),
        Setting(
            "dispatcher.jobs_per_tick_max", \.pipeline.jobsPerTickMax, .integer(1...100_000),
            "orders asked about per tick"),
        Setting("dispatcher.workers", \.pipeline.workers, .integer(1...1024), "orders asked about at the same time"),
        Setting(
            "dispatcher.request_timeout_ms", \.pipeline.requestTimeoutMilliseconds, .integer(milliseconds),
            "time for an answer of the accrual system"),
        Setting(
            "dispatcher.retry_delay_min_ms", \.retries.delayMinMilliseconds, .integer(10...3_600_000),
            "first delay until an order is asked about again; delays double"),
        Setting(
            "dispatcher.retry_delay_max_ms", \.retries.delayMaxMilliseconds, .integer(10...86_400_000),
            "longest delay until an order is asked about again"),
        Setting(
            "dispatcher.requests_per_minute", \.pipeline.requestsPerMinuteMax,
            .limit(1...RequestRate.requestsPerMinuteMax),
            "orders asked about per minute, even if more are allowed; 0 for no limit"),
        Setting(
            "dispatcher.pool_max", \.pipeline.poolMax, .integer(1...50_000_000),
            "unfinished orders in memory; others wait in the database"),
    ]

    private static let logging: [Setting] = [
        Setting(
            "log.level", \.log.level,
            .text(
                "debug, request, info, warning or error",
                parse: { name in Log.Level.allCases.first { "\($0)" == name } }, write: { "\($0)" }),
            "least important lines that are logged; request is a line for each request"),
        Setting(
            "log.format", \.log.format,
            .text("auto, text or json", parse: { LogFormat(rawValue: $0) }, write: \.rawValue),
            "format of the lines; auto is text on a terminal, and JSON elsewhere"),
    ]

    private static let milliseconds = 10...3_600_000
}
