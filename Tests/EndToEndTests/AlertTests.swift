import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The handbook's configuration and rules for Prometheus: promtool accepts them, they name metrics and labels that the
/// server has, and each alert is raised by what it is about and by nothing else.
@Suite(.serialized)
struct AlertTests {
    private static let promtool = ProcessInfo.processInfo.environment["MARTLET_PROMTOOL"] ?? "/usr/bin/promtool"
    private static let hasPromtool = FileManager.default.isExecutableFile(atPath: promtool)

    /// Values that raise each alert, as series of promtool, and the values that raise none.
    private static let cases: [(alert: String, bad: [(series: String, values: String)], good: [String])] = [
        ("MartletIsDown", [(#"up{job="martlet"}"#, "0x60")], ["1x60"]),
        ("MartletFails", [(#"martlet_http_requests_total{status="503"}"#, "0+60x60")], ["7x60"]),
        ("MartletRefusesConnections", [("martlet_http_connections_refused_total", "0+1x60")], ["7x60"]),
        (
            "MartletIsSlow",
            [
                (#"martlet_http_request_duration_seconds_bucket{listener="customers",le="1.0"}"#, "0+90x60"),
                (#"martlet_http_request_duration_seconds_bucket{listener="customers",le="2.5"}"#, "0+99x60"),
                (#"martlet_http_request_duration_seconds_bucket{listener="customers",le="+Inf"}"#, "0+99x60"),
            ], ["0+90x60", "0+90x60", "0+90x60"]
        ),
        (
            "MartletDiskIsSlow",
            [
                (#"martlet_commit_duration_seconds_bucket{le="0.5"}"#, "0+50x60"),
                (#"martlet_commit_duration_seconds_bucket{le="1.0"}"#, "0+99x60"),
                (#"martlet_commit_duration_seconds_bucket{le="+Inf"}"#, "0+99x60"),
            ], ["0+50x60", "0+50x60", "0+50x60"]
        ),
        (
            "MartletWritesWait",
            [("martlet_writer_waiting_operations", "3000x60"), ("martlet_writer_waiting_operations_max", "4096x60")],
            ["1000x60", "4096x60"]
        ),
        ("MartletBackupFailed", [("martlet_backup_success", "0x60")], ["1x60"]),
        ("MartletBackupIsOld", [("martlet_backup_age_seconds", "180000x60")], ["90000x60"]),
        ("MartletAccrualIsTroubled", [(#"martlet_accrual_health{state="troubled"}"#, "1x60")], ["0x60"]),
        (
            "MartletOrdersWait",
            [
                (#"martlet_accrual_unfinished_orders{job="martlet"}"#, "3x60"),
                (#"martlet_accrual_last_answer_timestamp_seconds{job="martlet"}"#, "60x60"),
            ], ["3x60", "0+60x60"]
        ),
        // No answer has come since the start, so there is no time of one.
        ("MartletOrdersWait", [(#"martlet_accrual_unfinished_orders{job="martlet"}"#, "3x60")], ["0x60"]),
        ("MartletPasswordsAreGuessed", [(#"martlet_sign_ins_total{outcome="wrong"}"#, "0+120x60")], ["0+6x60"]),
        (
            "MartletNearsItsLimit",
            [(#"process_open_fds{job="martlet"}"#, "900x60"), (#"process_max_fds{job="martlet"}"#, "1024x60")],
            ["90x60", "1024x60"]
        ),
        ("MartletDropsLogLines", [("martlet_log_dropped_lines_total", "0+1x60")], ["7x60"]),
        ("MartletCouldLoseWrites", [("martlet_database_durable", "0x60")], ["1x60"]),
        ("MartletCannotWrite", [("martlet_writer_connected", "0x60")], ["1x60"]),
        ("MartletHasNoLeader", [("martlet_leader", "0x60")], ["1x60"]),
    ]

    private static let blocks = [
        "scrapes": "prometheus.yml", "alerts": "martlet.rules.yml", "alertsOnPostgres": "postgres.yml",
    ]

    /// Writes the blocks as files, and runs promtool beside them.
    private func check(_ arguments: [String], _ tests: String = "") throws -> (status: Int32, said: String) {
        let folder = try Folder()
        for (use, name) in Self.blocks {
            let text = try Handbook().block(use).replacing("/etc/prometheus/", with: "")
            try folder.write(text + "\n", to: name)
        }
        try folder.write(tests, to: "tests.yml")
        let tool = try Server(in: folder, arguments: arguments, executable: Self.promtool)
        return (try tool.waitForEnd(), tool.outputText + tool.logText)
    }

    @Test(.enabled(if: hasPromtool, "promtool is not installed")) func promtoolAcceptsTheFiles() throws {
        for files in [["config", "prometheus.yml"], ["rules", "martlet.rules.yml", "postgres.yml"]] {
            let (status, said) = try check(["check"] + files)
            #expect(status == 0, "\(said)")
        }
    }

    @Test(.enabled(if: hasPromtool, "promtool is not installed")) func eachAlertIsRaisedByItsCase() throws {
        let rules = try Handbook().block("alerts") + Handbook().block("alertsOnPostgres")
        #expect(Set(rules.matches(of: /alert: (\w+)/).map { String($0.output.1) }) == Set(Self.cases.map(\.alert)))
        for isBad in [true, false] {
            let (status, said) = try check(["test", "rules", "tests.yml"], Self.tests(isBad: isBad))
            #expect(status == 0, "\(said)")
        }
    }

    /// A test of promtool for each case. It knows when an alert is raised, but not its labels, so that it asks for the
    /// series `ALERTS`, without those.
    private static func tests(isBad: Bool) -> String {
        let tests = cases.map { each in
            let series = zip(each.bad, each.good).map { bad, good in
                "      - {series: '\(bad.series)', values: '\(isBad ? bad.values : good)'}"
            }
            let samples = isBad ? "[{labels: '{alertname=\"\(each.alert)\"}', value: 1}]" : "[]"
            return """
                  - interval: 1m
                    input_series:
                \(series.joined(separator: "\n"))
                    promql_expr_test:
                      - expr: 'count by (alertname) (ALERTS{alertstate="firing"})'
                        eval_time: 30m
                        exp_samples: \(samples)
                """
        }
        return """
            rule_files: [martlet.rules.yml, postgres.yml]
            evaluation_interval: 1m
            tests:
            \(tests.joined(separator: "\n"))

            """
    }

    /// The metrics in the rules, with the labels by which they are chosen, are among those of the server.
    @Test(.backupsOfSQLite) func metricsAndLabelsExist() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder, environment: ["MARTLET_BACKUPS_FOLDER": folder.path])
        let page = try server.metrics()
        try server.client().register("anna")
        let rules = try Handbook().block("alerts")
        let named = Set(rules.matches(of: /\b((?:martlet|process)_[a-z_]+)/).map { String($0.output.1) })
        #expect(named.count > 10)
        for name in named {
            let family = name.replacing(/_bucket$/, with: "")
            #expect(page.names.contains(family), "\(name)")
        }
        let others = try Handbook().block("alertsOnPostgres").matches(of: /\b(martlet_[a-z_]+)/)
        if PostgreSQLServer.isInstalled {
            let names = try PostgresHandbookTests.metricNames()
            for match in others { #expect(names.contains(String(match.output.1)), "\(match.output.1)") }
        }
        #expect(page.sum("martlet_accrual_health", ["state": "troubled"]) == 0)
        for outcome in ["wrong", "throttled"] { #expect(page.sum("martlet_sign_ins_total", ["outcome": outcome]) == 0) }
        #expect(page.sum("martlet_http_request_duration_seconds_bucket", ["listener": "customers", "le": "1.0"]) == 0)
    }
}
