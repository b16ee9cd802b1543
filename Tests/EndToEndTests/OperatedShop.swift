import EndToEndSupport
import Foundation
import Posix
import TestSupport

/// A shop as "Running a shop" sets it up, in a folder that takes the place of `/`. Programs of this folder stand in for
/// sudo, systemctl, journalctl and scp, so that the handbook's commands run as they are printed, on a real server. The
/// executable is in `bin`, and one in `usr/local/bin` takes its place.
final class OperatedShop {
    private static let programs = [
        "sudo": #"exec "$@""#,
        "journalctl": #"cat "$SHOP/journal""#,
        // The last argument is the other machine.
        "scp": #"while [ $# -gt 1 ]; do cp "$1" "$SHOP/sent/"; shift; done"#,
        "systemctl": """
        # A killed server has its files until its last thread has ended.
        has_server() {
            [ -e "$SHOP/pid" ] || return 1
            server=/proc/$(cat "$SHOP/pid")
            grep -q '^State:.[^Z]' "$server/status" 2>/dev/null || [ "$(ls "$server/task" 2>/dev/null | wc -l)" -gt 1 ]
        }
        count_starts() { grep -c '"listening on' "$SHOP/journal" || true; }
        case " $* " in
            *' daemon-reload '*) ;;
            *' kill -s HUP '*) kill -HUP "$(cat "$SHOP/pid")" ;;
            *' kill -s KILL '*)
                kill -KILL "$(cat "$SHOP/pid")"
                while has_server; do sleep 0.02; done
                ;;
            *' stop '* | *' disable --now '*)
                has_server || exit 0
                kill -TERM "$(cat "$SHOP/pid")"
                while has_server; do sleep 0.02; done
                ;;
            *' start '* | *' enable --now '*)
                has_server && exit 0
                starts=$(count_starts)
                cd "$SHOP/var/lib/martlet"
                martlet serve --config "$SHOP/etc/martlet.json" </dev/null >/dev/null 2>>"$SHOP/journal" &
                echo $! >"$SHOP/pid"
                until [ "$(count_starts)" -gt "$starts" ]; do
                    has_server || exit 1
                    sleep 0.02
                done
                ;;
            *) exit 64 ;;
        esac
        """,
    ]

    let folder: Folder

    /// Makes the folders; no server runs yet.
    init() throws {
        folder = try Folder()
        let names = ["etc/systemd/system", "var/lib/martlet/backups", "usr/local/bin", "root", "home", "sent", "bin"]
        for name in names {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        for (name, text) in Self.programs { try write(program: text, to: "bin/\(name)") }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("bin/martlet"), withDestinationPath: Server.executable)
        // curl would show its progress, since its output goes to a pipe.
        try folder.write("silent\nshow-error\n", to: "home/.curlrc")
        try folder.write("", to: "journal")
        try configure()
    }

    deinit {
        guard let text = try? String(contentsOfFile: folder.file("pid"), encoding: .utf8) else { return }
        if let id = Int32(text.dropLast()) { Foundation.kill(id, SIGKILL) }
    }

    /// Writes a script of the shell as a program.
    func write(program text: String, to name: String) throws {
        try folder.write("#!/bin/sh\nset -eu\n\(text)\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file(name))
    }

    /// The lines that the servers have logged.
    var journal: String { (try? String(contentsOfFile: folder.file("journal"), encoding: .utf8)) ?? "" }

    /// Writes `/etc/martlet.json`.
    func configure(address: String = "127.0.0.1:0", logLevel: String = "info") throws {
        try folder.write(
            """
            {"run_address": "\(address)", "admin_address": "", "staff_address": "", "accrual": {"listen": "127.0.0.1:0"},
            "database_uri": "\(folder.file("var/lib/martlet/martlet.db"))",
            "backups": {"folder": "\(folder.file("var/lib/martlet/backups"))", "keep": 30}, "log": {"level": "\(logLevel)"}}
            """, to: "etc/martlet.json")
    }

    /// Runs a script with the shop's folder in place of `/`, and returns its output. Commands that name no settings
    /// read those of the shop.
    @discardableResult
    func run(_ script: String) throws -> String {
        let placed = script.replacing(/\/(etc|var\/lib|usr\/local\/bin|root)\//) { "\(folder.path)/\($0.output.1)/" }
        try folder.write(placed, to: "home/script.sh")
        let path = "\(folder.file("usr/local/bin")):\(folder.file("bin")):/usr/local/bin:/usr/bin:/bin"
        let environment = "HOME=. SHOP=\(folder.path) MARTLET_CONFIG=\(folder.file("etc/martlet.json")) PATH=\(path)"
        let output = try shell("cd \(folder.file("home")) && env -i \(environment) sh -e script.sh")
        return String(decoding: output, as: UTF8.self)
    }

    func start() throws { try run("systemctl start martlet.service") }

    /// Ends the server at once, which a power cut would do as well.
    func kill() throws { try run("systemctl kill -s KILL martlet") }

    /// A client of the server that started last.
    func client() throws -> Client {
        let ports = journal.matches(of: /"listening on http:\/\/127\.0\.0\.1:(\d+)"/).compactMap { UInt16($0.output.1) }
        guard let port = ports.last else { throw TestFailure("no server listens: \(journal)") }
        return try Client(endpoint: Endpoint(address: [127, 0, 0, 1], port: port))
    }
}
