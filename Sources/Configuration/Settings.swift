import HTTP
import Logging
import Loyalty
import Posix
import Rewards

/// Every setting, in the order of the example file. This table alone decides what flags, environment variables and keys
/// there are; the loader, `martlet config`, the help and the example file follow it.
package enum Settings {
    package static let all: [Setting] =
        main + admin + neighbours + accrual + http + accounts + orders + events + storage + backups + dispatcher
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
                    "host:port, http://host:port or https://host:port, with a path where there is one",
                    parse: { AccrualAddress($0) }, write: \.url, hint: { AccrualAddress.hint($0) })),
            "address of the accrual system; none is the built-in one"),
    ]

    package static let database = Setting(
        "database_uri", flags: ["-d", "--database-uri"], "FILE", environment: "DATABASE_URI", \.database,
        .text(
            "the path of a SQLite file, alone or after file: or sqlite:",
            parse: { DatabaseLocation($0) }, write: \.path, hint: { DatabaseLocation.fault(in: $0) }),
        "file of the database")

    private static let anAddress = "host:port, :port or [v6]:port, with a port from 0 to 65535"

    private static let admin: [Setting] = [
        Setting(
            "admin_address", \.admin,
            .text(
                "\(anAddress), or empty for none",
                parse: { $0.isEmpty ? .some(nil) : Configuration.Listen($0).map { .some($0) } },
                write: { $0?.address.description ?? "" }, hint: { Address.hint($0) }),
            "where /healthz, /readyz and /metrics are, for whoever watches the server",
            allowsEmpty: true)
    ]

    private static let neighbours: [Setting] = [
        Setting(
            "trusted_proxies", \.trustedProxies,
            .list("addresses and networks such as 192.0.2.0/24", isElement: { IPNetwork($0) != nil }),
            "proxies whose X-Forwarded-For and X-Forwarded-Proto count"),
        Setting(
            "cors_origins", \.corsOrigins,
            .list(
                "origins such as https://shop.example, http://localhost:3000 or capacitor://localhost; * and null would be anybody",
                isElement: Origin.isValid),
            "other sites and apps whose pages may use the API in a browser"),
        Setting(
            "allowed_hosts", \.allowedHosts,
            .list("host names such as accrual or metrics.shop.example, without a port", isElement: HostName.isValid),
            "names of the accrual and admin listeners, besides localhost and IP addresses"),
    ]

    private static let accrual: [Setting] = [
        Setting(
            "accrual.listen", \.accrual.listen,
            .text(
                anAddress, parse: { Configuration.Listen($0) }, write: \.address.description,
                hint: { Address.hint($0) }),
            "where serve's built-in accrual system listens; whoever reaches it grants points"),
        Setting(
            "accrual.requests_per_minute", \.accrual.requestsPerMinute, .integer(0...RequestRate.requestsPerMinuteMax),
            "what the built-in accrual system answers about orders; 0 is no limit"),
        Setting(
            "accrual.ca_file", \.accrual.authoritiesFile,
            .optional(.text("the path of a file", parse: { $0.isEmpty ? nil : $0 }, write: { $0 })),
            "PEM file of authorities to trust; null for SSL_CERT_FILE's or the system's"),
    ]

    private static let http: [Setting] = [
        Setting("http.event_loops", \.http.eventLoops, .integer(0...256), "threads that serve; 0 is one a core"),
        Setting(
            "http.request_line_bytes_max", \.http.requestLineBytesMax, .integer(256...65_536), "longer ones get 414"),
        Setting(
            "http.head_bytes_max", \.http.headBytesMax, .integer(1024...131_072),
            "request line and fields; larger ones get 431"),
        Setting("http.head_fields_max", \.http.headFieldsMax, .integer(8...1000), "more get 431"),
        Setting(
            "http.body_bytes_max", \.http.bodyBytesMax, .integer(1024...67_108_864),
            "the largest body of any route, after unpacking too; larger ones get 413"),
        Setting(
            "http.head_timeout_ms", \.http.headTimeoutMilliseconds, .integer(milliseconds),
            "from a head's first byte to its last"),
        Setting("http.body_timeout_ms", \.http.bodyTimeoutMilliseconds, .integer(milliseconds), "for a whole body"),
        Setting(
            "http.idle_timeout_ms", \.http.idleTimeoutMilliseconds, .integer(milliseconds), "between two requests"),
        Setting(
            "http.write_timeout_ms", \.http.writeTimeoutMilliseconds, .integer(milliseconds),
            "without the client taking any of its answer"),
        Setting(
            "http.stop_timeout_ms", \.http.stopTimeoutMilliseconds, .integer(0...600_000),
            "for requests under way when the server stops"),
        Setting("http.connections_max", \.http.connectionsMax, .integer(1...1_000_000), "connections at once, in all"),
        Setting(
            "http.connections_per_address_max", \.http.connectionsPerAddressMax, .integer(0...1_000_000),
            "connections at once from one address or IPv6 /64; 0 is an eighth of those in all"),
        Setting(
            "http.buffered_bytes_max", \.http.bufferedBytesMax, .integer(1_048_576...68_719_476_736),
            "held in all of half requests and of answers nobody takes; over it, 503"),
        Setting(
            "http.allowed_origins", \.http.allowedOrigins,
            .list("origins such as https://shop.example or capacitor://localhost", isElement: Origin.isValid),
            "other sites and apps whose pages may change something"),
    ]

    private static let accounts: [Setting] = [
        Setting(
            "accounts.password_bytes_min", \.accounts.passwordBytesMin, .integer(1...Password.bytesMax),
            "shortest password of a new user"),
        Setting(
            "accounts.hashing_threads", \.accounts.hashingThreads, .integer(1...64),
            "passwords hashed at once, 19 MiB each"),
        Setting(
            "accounts.hashing_queue_max", \.accounts.hashingQueueMax, .integer(1...100_000),
            "passwords that wait to be hashed; more get 503"),
        Setting(
            "accounts.hashing_per_address_max", \.accounts.hashingPerAddressMax, .integer(0...100_000),
            "passwords of an address that wait or are hashed; more get 503; 0 is no limit"),
        Setting(
            "accounts.login_failures_max", \.accounts.failuresPerLoginMax, .integer(0...1_000_000),
            "failed sign-ins an hour, of a login from an address, that delay none; 0 is no limit"),
        Setting(
            "accounts.address_failures_max", \.accounts.failuresPerAddressMax, .integer(0...1_000_000),
            "failed sign-ins an hour from an address that delay none; 0 is no limit"),
        Setting(
            "accounts.registrations_max", \.accounts.registrationsPerAddressMax, .integer(0...1_000_000),
            "registrations an hour from an address that delay none; 0 is no limit"),
        Setting(
            "accounts.delay_max_s", \.accounts.delaySecondsMax, .integer(1...86_400),
            "the longest such wait; each is twice the one before"),
        Setting(
            "sessions.lifetime_s", \.sessions.lifetimeSeconds, .integer(60...315_360_000), "how long a session lasts"),
        Setting(
            "sessions.per_user_max", \.sessions.perUserMax, .integer(1...10_000),
            "open sessions of a user; a new one over it ends the oldest"),
        Setting(
            "sessions.cookie_name", \.sessions.cookieName,
            .text(CookieName.allowed, parse: { CookieName.isValid($0) ? $0 : nil }, write: { $0 }),
            "what the session's cookie is called, where several sites share a host"),
        Setting("sessions.cookie_secure", \.sessions.cookieIsSecure, .boolean, "send the cookie over TLS only"),
    ]

    private static let orders: [Setting] = [
        Setting(
            "orders.unfinished_per_user_max", \.orders.unfinishedPerUserMax, .integer(1...50_000_000),
            "orders of one user without a final status; more uploads get 429")
    ]

    private static let events: [Setting] = [
        Setting(
            "events.heartbeat_ms", \.events.heartbeatMilliseconds, .integer(100...600_000),
            "from one sign of life on a stream of events to the next"),
        Setting(
            "events.streams_max", \.events.streamsMax, .integer(1...1_000_000),
            "streams of events at once, in all; more get 503"),
        Setting(
            "events.streams_per_user_max", \.events.streamsPerUserMax, .integer(1...1_000_000),
            "streams of events at once of one user; more get 429"),
        Setting(
            "events.kept_max", \.events.keptMax, .integer(1...10_000_000),
            "events of all users that are kept for clients that come back"),
    ]

    private static let storage: [Setting] = [
        Setting(
            "storage.write_queue_max", \.storage.writeQueueMax, .integer(1...1_000_000),
            "writes that wait to be committed; more get 503"),
        Setting("storage.batch_max", \.storage.batchMax, .integer(1...100_000), "writes committed together"),
    ]

    private static let backups: [Setting] = [
        Setting(
            "backups.folder", \.backups.folder,
            .optional(.path("the path of a folder")),
            "where the running server backs up to; null for no backups by the clock"),
        Setting(
            "backups.interval_s", \.backups.intervalSeconds, .integer(60...31_536_000),
            "from one backup to the next"),
        Setting("backups.keep", \.backups.keepCount, .integer(1...10_000), "backups that are kept; older ones go"),
    ]

    private static let dispatcher: [Setting] = [
        Setting(
            "dispatcher.interval_ms", \.dispatcher.intervalMilliseconds, .integer(10...60_000),
            "from one look at the waiting orders to the next"),
        Setting(
            "dispatcher.jobs_per_tick_max", \.dispatcher.jobsPerTickMax, .integer(1...100_000),
            "orders asked about after each look"),
        Setting("dispatcher.workers", \.dispatcher.workers, .integer(1...1024), "orders asked about at once"),
        Setting(
            "dispatcher.request_timeout_ms", \.dispatcher.requestTimeoutMilliseconds, .integer(milliseconds),
            "for an answer of the accrual system"),
        Setting(
            "dispatcher.retry_delay_min_ms", \.dispatcher.retryDelayMinMilliseconds, .integer(10...3_600_000),
            "until an order is asked about again, at first"),
        Setting(
            "dispatcher.retry_delay_max_ms", \.dispatcher.retryDelayMaxMilliseconds, .integer(10...86_400_000),
            "until an order is asked about again, at last"),
        Setting(
            "dispatcher.requests_per_minute", \.dispatcher.requestsPerMinute,
            .integer(0...RequestRate.requestsPerMinuteMax),
            "orders asked about in a minute, whatever the accrual system allows; 0 is no limit"),
        Setting(
            "dispatcher.pool_max", \.dispatcher.poolMax, .integer(1...50_000_000),
            "unfinished orders kept in memory; others wait in the database"),
    ]

    private static let logging: [Setting] = [
        Setting(
            "log.level", \.log.level,
            .text(
                "debug, request, info, warning or error",
                parse: { name in Log.Level.allCases.first { "\($0)" == name } }, write: { "\($0)" }),
            "how much is logged; request is a line for each request"),
        Setting(
            "log.format", \.log.format,
            .text("auto, text or json", parse: { LogFormat(rawValue: $0) }, write: \.rawValue),
            "lines of text or of JSON; auto is text on a terminal, JSON elsewhere"),
    ]

    private static let milliseconds = 10...3_600_000
}
