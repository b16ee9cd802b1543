import AccrualClient
import CommandLine
import Front
import HTTP
import Metrics
import Owner
import Posix
import Storage

/// The metrics, with names and units by the conventions of Prometheus (prometheus.io/docs/practices/naming).
extension ServerWatch {
    /// - Parameter probe: belongs to the calling thread.
    func writeMetrics(_ text: inout MetricsText, _ probe: any StoreProbe) {
        let fronts = fronts.map { (listener: $0.listener, counted: $0.front.snapshot) }
        writeBuild(&text)
        writeRequests(&text, fronts)
        writeConnections(&text, fronts)
        writeAccounts(&text, fronts, probe)
        store.writeMetrics(&text)
        if let backups { backups.current.write(&text, atSeconds: SystemClock.wallMilliseconds() / 1000) }
        writeAccrual(&text, pipeline.snapshot, probe)
        text.counter(
            "martlet_log_dropped_lines_total",
            "Lines of the log that were dropped because they were not read fast enough.",
            log.droppedCount)
        writeProcess(&text)
    }

    private typealias Fronts = [(listener: String, counted: FrontSnapshot)]

    /// The label of a request without a route or a method.
    private static let none = "other"

    private func writeBuild(_ text: inout MetricsText) {
        let engine = store.engine
        text.gauge("martlet_build_info", "The version of Martlet, and the \(engine.name) that it runs with; always 1.")
        {
            $0.add(1, ["version": Version.text, engine.versionKey: engine.version])
        }
    }

    private func writeRequests(_ text: inout MetricsText, _ fronts: Fronts) {
        text.counter(
            "martlet_http_requests_total",
            "Requests that were answered. Requests without a route, and those that could not be read, are other."
        ) { samples in
            for (listener, counted) in fronts {
                for (response, count) in counted.responses.sorted(by: { $0.key.sortKey < $1.key.sortKey }) {
                    samples.add(
                        count,
                        [
                            "listener": listener, "route": response.route?.path ?? Self.none,
                            "method": response.method?.name ?? Self.none, "status": String(response.status.rawValue),
                        ])
                }
            }
        }
        text.histogram(
            "martlet_http_request_duration_seconds",
            "Time from the turn of the event loop in which a request had arrived as a whole to the head of its answer."
        ) { samples in
            for (listener, counted) in fronts {
                for (route, durations) in counted.durations.sorted(by: { $0.key.sortKey < $1.key.sortKey }) {
                    samples.add(
                        durations,
                        [
                            "listener": listener, "route": route?.path ?? Self.none,
                            "method": route?.method.name ?? Self.none,
                        ])
                }
            }
        }
    }

    private func writeConnections(_ text: inout MetricsText, _ fronts: Fronts) {
        func each(_ value: @escaping (FrontSnapshot) -> Int) -> (inout MetricsText.Samples) -> Void {
            { samples in for (listener, counted) in fronts { samples.add(value(counted), ["listener": listener]) } }
        }
        text.gauge("martlet_http_connections", "Connections that are open.", each(\.connectionsOpen))
        text.counter(
            "martlet_http_connections_accepted_total", "Connections that were accepted.", each(\.connectionsAccepted))
        text.counter(
            "martlet_http_connections_refused_total",
            "Connections that were answered with 503 because too many were open.",
            each(\.connectionsRefused))
        text.counter(
            "martlet_http_connections_closed_for_others_total",
            "Connections without a whole request, streams and unread responses that were closed to make room for others.",
            each(\.connectionsClosedForOthers))
        text.counter("martlet_http_received_bytes_total", "Bytes that clients sent.", each(\.receivedBytes))
        text.counter("martlet_http_sent_bytes_total", "Bytes that clients were sent.", each(\.sentBytes))
        text.gauge("martlet_event_streams", "Streams of events that are open.", events.streamCount)
        text.histogram(
            "martlet_event_loop_turn_duration_seconds",
            "Duration of the turns of event loops. Requests that arrive during a turn wait for its end."
        ) { samples in
            for (listener, counted) in fronts { samples.add(counted.turns, ["listener": listener]) }
        }
    }

    private func writeAccounts(_ text: inout MetricsText, _ fronts: Fronts, _ probe: any StoreProbe) {
        text.gauge("martlet_sessions", "Sessions that have not expired, as of a minute ago at most.") { samples in
            if let count = probe.sessionCount { samples.add(count) }
        }
        text.counter("martlet_sign_ins_total", "Attempts to sign in, and to change the password.") { samples in
            for (route, outcome, status) in Self.signInOutcomes {
                let count = fronts.flatMap(\.counted.responses).filter {
                    $0.key.route?.path == route && $0.key.status == status
                }
                samples.add(count.reduce(0) { $0 + $1.value }, ["route": route, "outcome": outcome])
            }
        }
        text.gauge("martlet_hashing_waiting_passwords", "Passwords that wait to be hashed.", hasher.waitingCount)
    }

    /// The outcome by status, for each route. A user who changes the password has a session, so a wrong password gets
    /// another status there.
    private static let signInOutcomes: [(route: String, outcome: String, status: Status)] = [
        ("/api/user/login", "success", .ok), ("/api/user/login", "wrong", .unauthorized),
        ("/api/user/login", "throttled", .tooManyRequests), ("/api/user/login", "overloaded", .serviceUnavailable),
        ("/api/user/password", "success", .noContent), ("/api/user/password", "wrong", .forbidden),
        ("/api/user/password", "throttled", .tooManyRequests),
        ("/api/user/password", "overloaded", .serviceUnavailable),
    ]

    private func writeProcess(_ text: inout MetricsText) {
        guard let usage = ProcessUsage.current() else { return }
        text.counter("process_cpu_seconds_total", "CPU time of user and kernel.") { $0.add(usage.cpuSeconds) }
        text.gauge("process_resident_memory_bytes", "Memory that is resident.", usage.residentBytes)
        text.gauge("process_open_fds", "Files and sockets that are open.", usage.openFiles)
        text.gauge("process_max_fds", "Files and sockets that may be open.", usage.openFilesMax)
        text.gauge(
            "process_start_time_seconds", "When the process started, since 1970-01-01.", usage.startedAtSeconds)
    }
}

extension BackupStatus.Facts {
    fileprivate func write(_ text: inout MetricsText, atSeconds now: Int64) {
        text.gauge(
            "martlet_backup_age_seconds", "Age of the newest backup in backups.folder; nothing if there is none."
        ) {
            if let newestAt { $0.add(Double(max(0, now - newestAt))) }
        }
        text.gauge("martlet_backup_bytes", "Length of the newest backup in backups.folder; nothing if there is none.") {
            if let newestBytes { $0.add(newestBytes) }
        }
        text.gauge(
            "martlet_backup_success",
            "1 if the last scheduled backup succeeded, 0 if it failed; nothing before the first."
        ) {
            if let isSuccess { $0.add(isSuccess ? 1 : 0) }
        }
    }
}

/// The metrics of the accrual system, and of the orders that wait for it.
extension ServerWatch {
    private func writeAccrual(
        _ text: inout MetricsText, _ snapshot: JobDispatcher.Snapshot, _ probe: any StoreProbe
    ) {
        text.gauge(
            "martlet_accrual_unfinished_orders",
            "Orders without a final status in the database, as of a minute ago at most."
        ) { samples in
            if let count = probe.unfinishedOrderCount { samples.add(count) }
        }
        text.gauge(
            "martlet_accrual_waiting_orders", "Orders of the pool that wait to be asked about.", snapshot.waiting)
        text.gauge("martlet_accrual_in_flight_orders", "Orders that are being asked about.", snapshot.inFlight)
        text.gauge(
            "martlet_accrual_requests_per_second_max", "The limit on requests per second; nothing if there is none."
        ) { samples in
            if let pace = snapshot.requestsPerMinuteMax { samples.add(Double(pace) / 60) }
        }
        text.gauge(
            "martlet_accrual_pool_users", "Users who have orders in the pool, or orders that wait for room there.",
            snapshot.pool.users)
        text.gauge(
            "martlet_accrual_pool_is_partial",
            "1 if unfinished orders of the database wait for room in the pool or were not looked for yet, 0 otherwise.",
            snapshot.pool.hasUnread ? 1 : 0)
        text.counter(
            "martlet_accrual_displaced_orders_total",
            "Orders that left the pool, to wait in the database, in favour of users with fewer.",
            snapshot.pool.displaced)
        let now = SystemClock.monotonicMilliseconds()
        text.gauge("martlet_accrual_pause_seconds", "Seconds until the accrual system is asked again.") { samples in
            samples.add(Double(max(0, (snapshot.pausedUntil ?? now) - now)) / 1000)
        }
        text.gauge("martlet_accrual_health", "State of the accrual system: 1 for the current state, 0 for the others.")
        {
            for state in ["unknown", "healthy", "throttled", "troubled"] {
                $0.add(snapshot.healthName == state ? 1 : 0, ["state": state])
            }
        }
        text.gauge(
            "martlet_accrual_last_answer_timestamp_seconds",
            "Time of the last good answer, since 1970-01-01; nothing before the first."
        ) { samples in
            guard let lastAnswerAt = snapshot.lastAnswerAt else { return }
            samples.add(Double(SystemClock.wallMilliseconds() - (now - lastAnswerAt)) / 1000)
        }
        text.counter("martlet_accrual_answers_total", "Answers of the accrual system.") { samples in
            for (result, count) in snapshot.answers.byResult { samples.add(count, ["result": result]) }
        }
    }
}

extension JobDispatcher.Snapshot {
    fileprivate var healthName: String {
        switch health {
        case nil: "unknown"
        case .healthy: "healthy"
        case .throttled: "throttled"
        case .troubled: "troubled"
        }
    }
}

extension AnswerCounts {
    fileprivate var byResult: [(result: String, count: Int)] {
        [
            ("processed", processed), ("invalid", invalid), ("pending", pending), ("unknown", unknown),
            ("throttled", throttled), ("untrustworthy", untrustworthy), ("failed", failed),
        ]
    }
}

extension FrontSnapshot.ResponseKind {
    fileprivate var sortKey: String { "\(route.sortKey) \(method?.name ?? "~") \(status.rawValue)" }
}

extension RouteName? {
    /// A request without a route comes last.
    fileprivate var sortKey: String { map { "\($0.path) \($0.method.name)" } ?? "~" }
}
