import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// Output that cannot be written: each command fails, and its line on stderr names the changes that were made.
@Suite(.serialized, .onSQLite("lines for a shell name files"))
struct OutputTests {
    private struct Ended {
        let status: Int32
        let output: String
        let log: String
    }

    /// Runs a command as a shell's line with its redirection; `$M` is the executable.
    private func shell(_ line: String, in folder: Folder, environment: [String: String] = [:]) throws -> Ended {
        var variables = ["M": Server.executable, "PATH": "/usr/bin:/bin", "MARTLET_ADMIN_ADDRESS": "127.0.0.1:1"]
        variables.merge(environment) { $1 }
        let command = try Server(
            in: folder, arguments: ["-c", line], environment: variables, executable: "/bin/bash")
        return Ended(status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    /// A folder with a database, one user and a backup.
    private func shop() throws -> Folder {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        try server.client().register("anna")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try shell("\"$M\" backup first.db", in: folder).status == 0)
        return folder
    }

    /// The changes of each command, as its line on stderr must name them; empty if there are none.
    private static let commands: [(line: String, done: String)] = [
        ("help", ""), ("--help", ""), ("help user", ""), ("version", ""), ("--version", ""), ("man", ""),
        ("completion zsh", ""), ("order number 100100", ""), ("version --json", ""), ("config", ""),
        ("systemd-unit", ""), ("systemd-unit --socket", ""), ("user list", ""),
        ("user show anna --json", ""), ("order list", ""), ("stats", ""), ("check", ""),
        ("user add bob --generate", "bob is added, and the password is lost"),
        ("user add carl --generate --json", "reset-password 'carl' --generate"),
        ("user reset-password anna --generate", "reset-password 'anna' --generate"),
        ("user disable anna", "anna: can't sign in any more"), ("user enable anna", "anna: can sign in again"),
        ("adjust anna +5 --reason why", "anna has 5 points now"), ("user delete anna --yes", "anna: is deleted"),
        ("staff list", ""), ("key list --json", ""), ("rule list", ""), ("actions --csv", ""),
        ("staff add vera --role owner --generate", "martlet staff reset-password 'vera' --generate makes another"),
        ("key add till --role cashier", "the token is lost; martlet key remove 'till' frees the name for another"),
        ("rule add Bork 10%", "earn 10% from now on"), ("registration close", "registration is closed"),
        ("order drop --deleted --yes", "deleted users have no unfinished orders"),
        ("backup second.db", "second.db: 3 users"), ("restore first.db -d other.db", "restored other.db"),
        ("copy other.db third.db", "copied other.db to third.db"),
    ]

    @Test func aFullDeviceIsReported() throws {
        let folder = try shop()
        for (line, done) in Self.commands {
            let ended = try shell("\"$M\" \(line) >/dev/full", in: folder)
            #expect(ended.status == 74, "\(line): \(ended)")
            #expect(ended.log.contains("the output can't be written: write: No space left"), "\(line): \(ended)")
            #expect(
                ended.log.split(separator: "\n").count == 1 && (done.isEmpty || ended.log.contains(done)),
                "\(line): \(ended)")
        }
        // The line told the truth.
        let users = try shell("\"$M\" user list", in: folder).output
        #expect(users.contains("bob") && users.contains("carl") && !users.contains("anna"))
        #expect(FileManager.default.fileExists(atPath: folder.file("second.db")))
    }

    /// Has descriptor 4 be a pipe that no process reads.
    private static let brokenPipe = "mkfifo p; exec 3<>p 4>p 3<&-; rm p; "

    @Test(arguments: [">&-", "1</dev/null", ">&4"])
    func anOutputThatCannotBeWrittenIsKnownBeforeAnythingIsChanged(redirection: String) throws {
        let folder = try shop()
        for (line, done) in Self.commands where !done.isEmpty {
            let ended = try shell("\(Self.brokenPipe)\"$M\" \(line) \(redirection)", in: folder)
            #expect(ended.status == 74 && ended.log.hasSuffix("; nothing was done\n"), "\(line): \(ended)")
        }
        let users = try shell("\"$M\" user list", in: folder).output
        #expect(users.contains("anna   active        0") && !users.contains("bob"), "\(users)")
    }

    /// As `head` has every program end that prints on; a shell sees 128 + 13.
    @Test func aReaderThatStopsEarlyEndsAListQuietly() throws {
        let folder = try shop()
        for line in ["man", "user list", "help", "config"] {
            let ended = try shell("\(Self.brokenPipe)\"$M\" \(line) >&4; exit $?", in: folder)
            #expect(ended.status == 141 && ended.log.isEmpty, "\(line): \(ended)")
        }
        let ended = try shell("\"$M\" man | head -n 1", in: folder)
        #expect(ended.status == 0 && ended.output.hasPrefix(".TH") && ended.log.isEmpty, "\(ended)")
        // A parent process that ignores SIGPIPE wants to be told.
        let told = try shell("trap '' PIPE; \(Self.brokenPipe)\"$M\" config >&4", in: folder)
        #expect(told.status == 74 && told.log.contains("Broken pipe"), "\(told)")
    }

    /// The first part fits and the last does not, as on a disk that becomes full meanwhile.
    @Test func aFileSizeLimitIsReported() throws {
        let ended = try shell("ulimit -f 4; \"$M\" man >man.1; s=$?; ulimit -f unlimited; exit $s", in: try Folder())
        #expect(ended.status == 74 && ended.log.contains("File too large"), "\(ended)")
    }

    /// Some file systems keep what is written and report only at the end that there is no room.
    @Test func aDiskThatIsFullAtCloseIsReported() throws {
        let folder = try shop()
        try folder.write(
            """
            #include <errno.h>
            #include <sys/syscall.h>
            #include <unistd.h>
            int close(int fd) {
                long code = syscall(SYS_close, fd);
                if (fd != 1) return code;
                errno = ENOSPC;
                return -1;
            }
            """, to: "close.c")
        let built = try shell(
            "cc -shared -fPIC -o close.so close.c || clang -shared -fPIC -o close.so close.c", in: folder)
        try #require(built.status == 0, "\(built)")
        let line = "LD_PRELOAD=./close.so exec \"$M\" user add bob --generate"
        let ended = try shell(line, in: folder)
        #expect(ended.status == 74 && ended.log.contains("close: No space left on device; bob is added"), "\(ended)")
    }

    /// Node and others leave pipes so; the reader comes late, and everything arrives.
    @Test func aPipeThatDoesNotBlockGetsEverything() throws {
        let whole = try shell("\"$M\" man", in: try Folder())
        let pipe = Pipe()
        let writer = pipe.fileHandleForWriting.fileDescriptor
        let smallest: Int32 = 4096
        // F_SETPIPE_SZ, fcntl(2)
        #expect(fcntl(writer, 1031, smallest) == smallest && fcntl(writer, F_SETFL, O_NONBLOCK) == 0)
        let process = try ChildProcess(Server.executable, ["man"], output: writer)
        try pipe.fileHandleForWriting.close()
        try eventually("the pipe is full") {
            var waiting: Int32 = 0
            return ioctl(pipe.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &waiting) == 0 && waiting == smallest
        }
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        #expect(process.waitForEnd() == 0 && String(decoding: bytes, as: UTF8.self) == whole.output)
        #expect(whole.output.utf8.count > 2 * Int(smallest))
    }
}
