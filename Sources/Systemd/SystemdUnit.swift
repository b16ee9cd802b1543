import Configuration
import Posix

/// The units with which systemd runs `martlet serve` with the configuration in force: the service (systemd.service(5)),
/// and a socket that stays open while the service restarts (systemd.socket(5)).
package struct SystemdUnit: Sendable {
    /// The words of the command that serves, the executable's absolute path first.
    package let command: [String]
    /// The exit statuses after which another start would end in the same way.
    package let lastingFailures: [Int32]
    /// The number of files and connections that may be open at once.
    package let openFilesMax: Int
    package let configuration: Configuration
    /// The configuration from the file and the defaults alone.
    package let withoutEnvironment: Configuration
    /// The endpoints for customers. The service binds to the same ones if no socket was passed.
    package let endpoints: [Endpoint]

    package init(
        command: [String], lastingFailures: [Int32], openFilesMax: Int, configuration: Configuration,
        withoutEnvironment: Configuration, endpoints: [Endpoint]
    ) {
        self.command = command
        self.lastingFailures = lastingFailures
        self.openFilesMax = openFilesMax
        self.configuration = configuration
        self.withoutEnvironment = withoutEnvironment
        self.endpoints = endpoints
    }

    private static let stateRoot = "/var/lib/"
    private static let defaultState = "martlet"
    private static let watchdogSeconds = 60
    /// A start may take long: it copies a database of an earlier schema, whatever its size.
    private static let startSecondsMax = 900
    /// The time that a stop takes after the requests in progress: settling, and writing the log back.
    private static let stopMarginSeconds = 20

    package var service: String {
        """
        # /etc/systemd/system/martlet.service, made by martlet systemd-unit
        [Unit]
        Description=Martlet, a loyalty-points server
        Wants=network-online.target
        After=network-online.target
        StartLimitIntervalSec=0

        [Service]
        \((process + environment + files).joined(separator: "\n"))
        \((privileges + Self.restrictions).joined(separator: "\n"))

        [Install]
        WantedBy=multi-user.target

        """
    }

    package var socket: String {
        // Each address of a name has its own socket, as without systemd. A port alone has one for both families.
        let isAny = configuration.runAddress.host == nil
        let addresses = isAny ? ["\(configuration.runAddress.port)"] : endpoints.map(\.description)
        return """
            # /etc/systemd/system/martlet.socket, made by martlet systemd-unit --socket
            [Unit]
            Description=Martlet's socket for customers

            [Socket]
            FileDescriptorName=\(ServiceManager.SocketUse.http.rawValue)
            \(addresses.map { "ListenStream=\($0)" }.joined(separator: "\n"))
            BindIPv6Only=\(isAny ? "both" : "ipv6-only")
            Backlog=4096

            [Install]
            WantedBy=sockets.target

            """
    }

    private var process: [String] {
        let words = command.map { Self.quoted($0, escapingVariables: true) }
        let stopSeconds = (configuration.http.stopTimeoutMilliseconds + 999) / 1000 + Self.stopMarginSeconds
        return [
            "Type=notify",
            "ExecStart=\(words.joined(separator: " "))",
            // A database on a server may take minutes to be there, for example after a power cut. So systemd never
            // gives up, which it would do after five starts.
            "Restart=on-failure", "RestartSec=2",
            "RestartPreventExitStatus=\(lastingFailures.map(String.init).joined(separator: " "))",
            "WatchdogSec=\(Self.watchdogSeconds)", "TimeoutStartSec=\(Self.startSecondsMax)",
            "TimeoutStopSec=\(stopSeconds)", "LimitNOFILE=\(openFilesMax)",
        ]
    }

    /// A file with the address of a database on a server, as `DATABASE_URI=postgres://…`: every account may read a
    /// unit.
    private static let addressFile = "/etc/martlet/database.env"

    /// The settings from flags and variables, which systemd would not know otherwise.
    private var environment: [String] {
        let isOnServer = configuration.database.path == nil
        let file = isOnServer && configuration.database != withoutEnvironment.database
        return (file ? ["EnvironmentFile=\(Self.addressFile)"] : [])
            + Settings.all.compactMap { setting in
                if isOnServer, setting.environment == Settings.database.environment { return nil }
                let value = setting.text(configuration)
                guard let value, value != setting.text(withoutEnvironment) else { return nil }
                return "Environment=\(Self.quoted("\(setting.environment)=\(value)"))"
            }
    }
}

/// The service's files, and their owner.
extension SystemdUnit {
    /// The folder under `/var/lib` that systemd makes for the service; `nil` if the database is elsewhere.
    private var state: String? {
        guard let path = configuration.database.path else { return Self.defaultState }
        return path.hasPrefix("/") ? Self.stateName(of: Self.folder(of: path)) : Self.defaultState
    }

    /// The folder for backups, which systemd makes too, if it is in that folder; `nil` otherwise.
    private var backupsState: String? {
        guard let state, let folder = configuration.backups.folder else { return nil }
        let path = folder.hasPrefix("/") ? folder : "\(Self.stateRoot)\(state)/\(folder)"
        return Self.stateName(of: path).flatMap { $0.hasPrefix("\(state)/") ? $0 : nil }
    }

    /// Returns a folder in the form of `StateDirectory=`, or `nil` if it is not under `/var/lib` or has a name that the
    /// form does not allow.
    private static func stateName(of folder: String) -> String? {
        guard folder.hasPrefix(stateRoot) else { return nil }
        let folders = folder.dropFirst(stateRoot.count).split(separator: "/").filter { $0 != "." }
        let areNames = folders.allSatisfy { name in
            name != ".." && name.utf8.allSatisfy { $0 > 0x2C && $0 < 0x7F && $0 != 0x3A && $0 != 0x5C }
        }
        return folders.isEmpty || !areNames ? nil : folders.joined(separator: "/")
    }

    /// The other folders to which the service writes.
    private var writtenFolders: [String] {
        var paths = [configuration.backups.folder].compactMap { $0 }
        if state == nil, let path = configuration.database.path { paths.append(Self.folder(of: path)) }
        let stateFolder = state.map { Self.stateRoot + $0 + "/" }
        return paths.filter { path in path.hasPrefix("/") && !(stateFolder.map { "\(path)/".hasPrefix($0) } ?? false) }
    }

    private var files: [String] {
        let isInHome = (writtenFolders + command).contains { Self.isInHome($0) }
        var lines = ["UMask=0077", "ProtectSystem=strict", "ProtectHome=\(isInHome ? "read-only" : "yes")"]
        if let state {
            let states = [state, backupsState].compactMap { $0 }.joined(separator: " ")
            lines += ["StateDirectory=\(states)", "StateDirectoryMode=0700", "WorkingDirectory=%S/\(state)"]
        } else if let path = configuration.database.path {
            lines.append("WorkingDirectory=\(Self.escaped(Self.folder(of: path)))")
        }
        return lines + writtenFolders.map { "ReadWritePaths=\(Self.quoted($0))" }
    }

    /// Many systems close homes to other accounts. `ProtectHome=read-only` opens none.
    private static func isInHome(_ path: String) -> Bool {
        ["/home/", "/root/", "/run/user/"].contains { path.hasPrefix($0) }
    }

    /// A possible reason for which the service can't start, in one line; `nil` if there is none.
    package var warning: String? {
        guard let executable = command.first, Self.isInHome(executable) else { return nil }
        return
            "\(executable) is in a home, which the service's account can't enter if it is closed: copy the executable to a "
            + "folder such as /usr/local/bin, and print the unit with that one"
    }

    /// A user that exists only while the service runs cannot own files elsewhere.
    private var privileges: [String] {
        let bindsLowPort = (1..<1024).contains(configuration.runAddress.port)
        let capability = bindsLowPort ? "CAP_NET_BIND_SERVICE" : ""
        return (writtenFolders.isEmpty ? ["DynamicUser=yes"] : ["User=martlet", "Group=martlet"]) + [
            "CapabilityBoundingSet=\(capability)", "AmbientCapabilities=\(capability)",
            // In a user namespace of its own, the capability would have no effect outside.
            "PrivateUsers=\(bindsLowPort ? "no" : "yes")",
        ]
    }

    private static let restrictions = [
        "NoNewPrivileges=yes", "PrivateTmp=yes", "PrivateDevices=yes", "PrivateMounts=yes", "ProtectClock=yes",
        "ProtectControlGroups=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes", "ProtectProc=invisible", "ProcSubset=pid", "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes", "RemoveIPC=yes", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@aio @keyring @memlock @privileged @resources @setuid",
        // The threads that hash passwords lower their priority.
        "SystemCallFilter=setpriority", "SystemCallErrorNumber=EPERM",
    ]

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// A percent sign begins a specifier (systemd.unit(5)).
    private static func escaped(_ text: String) -> String { text.replacing("%", with: "%%") }

    /// Returns a word of a unit's value, with every special character quoted (systemd.syntax(7), "Quoting").
    private static func quoted(_ text: String, escapingVariables: Bool = false) -> String {
        var word = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": word += "\\\(scalar)"
            case "%": word += "%%"
            case "$" where escapingVariables: word += "$$"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                word += "\\x\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: word.unicodeScalars.append(scalar)
            }
        }
        let isPlain = word == text && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "'") && $0 != 0x3B }
        return isPlain ? word : "\"\(word)\""
    }
}
