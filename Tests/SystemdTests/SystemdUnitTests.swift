import Posix
import Testing

@testable import Configuration
@testable import Systemd

@Suite struct SystemdUnitTests {
    private static func unit(
        executable: String = "/usr/bin/martlet", file: String? = nil, _ change: (inout Configuration) -> Void = { _ in }
    ) -> SystemdUnit {
        var configuration = Configuration()
        change(&configuration)
        return SystemdUnit(
            command: [executable, "serve"] + (file.map { ["--config", $0] } ?? []), lastingFailures: [64, 78],
            openFilesMax: 18_000, configuration: configuration, withoutEnvironment: Configuration(),
            endpoints: [
                Endpoint(address: [127, 0, 0, 1], port: 8080),
                Endpoint(address: [UInt8](repeating: 0, count: 15) + [1], port: 8080),
            ])
    }

    private static func lines(_ text: String) -> Set<String> { Set(text.split(separator: "\n").map(String.init)) }

    /// The owner of the database, and the folders that the service may write to.
    @Test(arguments: [
        ("martlet.db", ["DynamicUser=yes", "StateDirectory=martlet", "WorkingDirectory=%S/martlet"]),
        ("/var/lib/martlet/martlet.db", ["DynamicUser=yes", "StateDirectory=martlet"]),
        ("/var/lib/shop/points/a.db", ["DynamicUser=yes", "StateDirectory=shop/points"]),
        ("/var/lib/martlet.db", ["User=martlet", "ReadWritePaths=/var/lib", "WorkingDirectory=/var/lib"]),
        ("/var/lib/a/../b/m.db", ["User=martlet", "ReadWritePaths=/var/lib/a/../b"]),
        ("/var/lib/a b/m.db", ["User=martlet", "ReadWritePaths=\"/var/lib/a b\"", "WorkingDirectory=/var/lib/a b"]),
        ("/srv/100%/m.db", ["ReadWritePaths=\"/srv/100%%\"", "WorkingDirectory=/srv/100%%", "ProtectHome=yes"]),
        ("/home/anna/m.db", ["User=martlet", "ReadWritePaths=/home/anna", "ProtectHome=read-only"]),
    ])
    func theUnitNamesTheFolders(path: String, expected: [String]) {
        let lines = Self.lines(Self.unit { $0.database = DatabaseLocation(path: path) }.service)
        #expect(lines.isSuperset(of: expected), "\(lines.sorted())")
        #expect(lines.contains("DynamicUser=yes") != lines.contains("User=martlet"))
    }

    @Test(arguments: [
        (nil, true, "martlet"), ("backups", true, "martlet martlet/backups"),
        ("./a/../b", true, "martlet"), ("/var/lib/martlet/./old/backups/", true, "martlet martlet/old/backups"),
        ("/var/lib/martlet", true, "martlet"), ("/var/lib/martlet-backups", false, "martlet"),
        ("/mnt/backups", false, "martlet"),
    ])
    func backupsElsewhereNeedAUser(folder: String?, isDynamic: Bool, states: String) {
        let lines = Self.lines(Self.unit { $0.backups.folder = folder }.service)
        #expect(lines.contains("DynamicUser=yes") == isDynamic)
        #expect(lines.contains("ReadWritePaths=\(folder ?? "")") != isDynamic)
        #expect(lines.contains("StateDirectory=\(states)"), "\(lines.sorted())")
    }

    @Test(arguments: [(80, true), (1023, true), (1024, false), (8080, false), (0, false)] as [(UInt16, Bool)])
    func onlyALowPortTakesACapability(port: UInt16, takes: Bool) {
        let lines = Self.lines(Self.unit { $0.runAddress = Address(host: nil, port: port) }.service)
        #expect(lines.contains("CapabilityBoundingSet=CAP_NET_BIND_SERVICE") == takes)
        #expect(lines.contains("CapabilityBoundingSet=") != takes)
        #expect(lines.contains("PrivateUsers=yes") != takes)
    }

    @Test(arguments: [
        ("/usr/local/bin/martlet", false), ("/opt/martlet", false), ("/homes/martlet", false),
        ("/home/anna/martlet/.build/release/martlet", true), ("/root/martlet", true), ("/run/user/1000/martlet", true),
    ])
    func anExecutableInAHomeIsAWarning(path: String, isWarning: Bool) {
        let warning = Self.unit(executable: path).warning
        #expect(warning?.hasPrefix("\(path) is in a home") ?? false == isWarning, "\(warning ?? "none")")
        #expect(Self.unit(file: "/home/anna/martlet.json").warning == nil)
    }

    /// A word stays a word, whatever is in it.
    @Test(arguments: [
        ("/opt/martlet", "/opt/martlet"), ("/opt/a b/martlet", "\"/opt/a b/martlet\""),
        ("/opt/$HOME/m", "\"/opt/$$HOME/m\""), ("/opt/50%/m", "\"/opt/50%%/m\""),
        ("/opt/a\"b\\c/m", "\"/opt/a\\\"b\\\\c/m\""), ("/opt/a\nUser=root", "\"/opt/a\\x0aUser=root\""),
        ("/opt/it's;/m", "\"/opt/it's;/m\""),
    ])
    func pathsAreQuoted(path: String, word: String) {
        let service = Self.unit(executable: path, file: path).service
        #expect(Self.lines(service).contains("ExecStart=\(word) serve --config \(word)"))
    }

    @Test func theSocketListensOnTheAddressesOfTheServer() {
        let named = Self.lines(Self.unit().socket)
        #expect(
            named.isSuperset(of: ["ListenStream=127.0.0.1:8080", "ListenStream=[::1]:8080", "BindIPv6Only=ipv6-only"]))
        let any = Self.lines(Self.unit { $0.runAddress = Address(host: nil, port: 80) }.socket)
        #expect(any.isSuperset(of: ["ListenStream=80", "BindIPv6Only=both", "FileDescriptorName=http"]))
    }
}
