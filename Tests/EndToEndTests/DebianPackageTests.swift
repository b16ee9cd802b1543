import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The package for Debian holds what the executable says, and what Debian demands. `Tests/Release/debian-package`
/// installs it on a system with systemd.
@Suite(
    .serialized, .enabled(if: Packager.isReady, "it needs a release build"),
    .onSQLite("the package is the same on both engines"))
struct DebianPackageTests {
    private static let lintian = "/usr/bin/lintian"
    private static let hasLintian = FileManager.default.isExecutableFile(atPath: lintian)
    private static let analyzer = "/usr/bin/systemd-analyze"

    private static let files = [
        "-rw-r--r-- root/root ./etc/martlet.json", "-rwxr-xr-x root/root ./usr/bin/martlet",
        "-rw-r--r-- root/root ./usr/lib/systemd/system/martlet.service",
        "-rw-r--r-- root/root ./usr/lib/systemd/system/martlet.socket",
        "-rw-r--r-- root/root ./usr/share/bash-completion/completions/martlet",
        "-rw-r--r-- root/root ./usr/share/doc/martlet/Changes.md.gz",
        "-rw-r--r-- root/root ./usr/share/doc/martlet/changelog.gz",
        "-rw-r--r-- root/root ./usr/share/doc/martlet/copyright",
        "-rw-r--r-- root/root ./usr/share/doc/martlet/examples/config.example.json",
        "-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/martlet.fish",
        "-rw-r--r-- root/root ./usr/share/lintian/overrides/martlet",
        "-rw-r--r-- root/root ./usr/share/man/man1/martlet.1.gz",
        "-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_martlet",
    ]

    @Test func thePackageHoldsWhatTheExecutableSays() throws {
        let packager = try Packager()
        let package = try packager.make("debian-package")
        let again = try packager.make("debian-package", in: "again")
        #expect(try Data(contentsOf: URL(filePath: package)) == Data(contentsOf: URL(filePath: again)))

        let listing = try packager.run("/usr/bin/dpkg-deb", ["--contents", package])
        let files = listing.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count > 5 }
            .filter { !$0[0].hasPrefix("d") }.map { "\($0[0]) \($0[1]) \($0[5])" }
        #expect(files.sorted { $0.split(separator: " ")[2] < $1.split(separator: " ")[2] } == Self.files)

        let root = packager.folder.file("root")
        try packager.run("/usr/bin/dpkg-deb", ["--raw-extract", package, root])
        try expectControl(in: root, packager)
        try expectConfiguration(in: root, packager)
        try expectUnits(in: root, packager)
        for (file, command) in [
            ("bash-completion/completions/martlet", ["completion", "bash"]),
            ("zsh/vendor-completions/_martlet", ["completion", "zsh"]),
            ("fish/vendor_completions.d/martlet.fish", ["completion", "fish"]),
        ] {
            let text = try String(contentsOfFile: "\(root)/usr/share/\(file)", encoding: .utf8)
            #expect(try text == packager.run(Server.executable, command))
        }
        let page = try packager.run(
            "/usr/bin/gzip", ["--decompress", "--stdout", "\(root)/usr/share/man/man1/martlet.1.gz"])
        #expect(try page == packager.run(Server.executable, ["man"]))
        if Self.hasLintian {
            try packager.run(Self.lintian, ["--allow-root", "--fail-on", "error", package])
        }
    }

    private func expectControl(in root: String, _ packager: Packager) throws {
        let control = try String(contentsOfFile: "\(root)/DEBIAN/control", encoding: .utf8)
        let fields = Dictionary(
            uniqueKeysWithValues: control.matches(of: /(?m)^([\w-]+): (.*)$/).map {
                (String($0.output.1), String($0.output.2))
            })
        let version = try packager.run(Server.executable, ["version"]).split(separator: "\n")[0].split(separator: " ")[
            1]
        #expect(fields["Package"] == "martlet" && fields["Version"]?.hasPrefix("\(version)+2") == true, "\(control)")
        // The libraries that are loaded only when they are needed are no dependencies.
        let depends = fields["Depends"] ?? ""
        #expect(depends.contains("libc6 (>= ") && depends.contains("adduser"), "\(depends)")
        #expect(!depends.contains("libcurl") && !depends.contains("libpq"), "\(depends)")
        #expect(fields["Recommends"]?.contains("libcurl4") == true && fields["Suggests"] == "libpq5")
        #expect(try String(contentsOfFile: "\(root)/DEBIAN/conffiles", encoding: .utf8) == "/etc/martlet.json\n")
        for script in ["config", "postinst", "prerm", "postrm"] {
            try packager.run("/bin/sh", ["-n", "\(root)/DEBIAN/\(script)"])
        }
    }

    /// The settings that are in force are those of a shop, and the others can be put in force as they are.
    private func expectConfiguration(in root: String, _ packager: Packager) throws {
        let file = "\(root)/etc/martlet.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let inForce = try packager.run(Server.executable, ["config", "--config", file])
        #expect(inForce.contains(#""database_uri": "/var/lib/martlet/martlet.db""#), "\(inForce)")
        let settings = text.matches(of: /(?m)^  \/\/ (".*)$/).map { String($0.output.1) }
        #expect(settings.count >= 3)
        try packager.folder.write(text.replacing(/(?m)^  \/\/ (".*)$/) { "  \($0.output.1)" }, to: "all.json")
        let all = try packager.run(Server.executable, ["config", "--config", packager.folder.file("all.json")])
        #expect(all.contains("accrual.example") && all.contains("Kettle and Cup"), "\(all)")
        try expectRemovals(from: text, packager)
    }

    /// Each line in force but the last can be removed as it is, and so can all of them: a shop on PostgreSQL has
    /// neither a folder of backups nor a file.
    private func expectRemovals(from text: String, _ packager: Packager) throws {
        let lines = text.matches(of: /(?m)^  ".*\n/).map { String($0.output) }
        let removals = lines.dropLast().map { [$0] } + [Array(lines.dropLast())]
        #expect(removals.count == 4 && text.contains(#"  "trusted_proxies": ["127.0.0.1", "::1"]"#), "\(lines)")
        for removed in removals {
            try packager.folder.write(removed.reduce(text) { $0.replacing($1, with: "") }, to: "rest.json")
            let rest = try packager.run(Server.executable, ["config", "--config", packager.folder.file("rest.json")])
            #expect(rest.contains(#""run_address": "127.0.0.1:8080""#), "\(rest)")
            for path in ["/var/lib/martlet/backups", "/var/lib/martlet/martlet.db"]
            where removed.contains(where: { $0.contains(path) }) {
                #expect(!rest.contains(path), "\(rest)")
            }
        }
    }

    private func expectUnits(in root: String, _ packager: Packager) throws {
        let units = "\(root)/usr/lib/systemd/system"
        let service = try String(contentsOfFile: "\(units)/martlet.service", encoding: .utf8).split(separator: "\n")
        for line in [
            "ExecStart=/usr/bin/martlet serve --config /etc/martlet.json", "User=martlet", "Group=martlet",
            "StateDirectory=martlet martlet/backups", "StateDirectoryMode=0700", "ProtectHome=yes",
            "EnvironmentFile=-/etc/martlet/database.env",
        ] {
            #expect(service.contains(line[...]), "\(line)")
        }
        #expect(!service.contains { $0.hasPrefix("Environment=") || $0.hasPrefix("DynamicUser") })
        let socket = try String(contentsOfFile: "\(units)/martlet.socket", encoding: .utf8)
        #expect(socket.contains("\nListenStream=127.0.0.1:8080\n"), "\(socket)")
        guard FileManager.default.isExecutableFile(atPath: Self.analyzer) else { return }
        try packager.run(
            Self.analyzer, ["security", "--offline=true", "--threshold=20", "\(units)/martlet.service"])
    }
}
