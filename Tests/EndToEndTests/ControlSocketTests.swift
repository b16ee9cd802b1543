import EndToEndSupport
import Foundation
import JSON
import Testing

/// The owner's commands when what answers is not the server, does not answer, or never ends.
@Suite(.serialized, .controlSocket)
struct ControlSocketTests {
    private struct Ended {
        let status: Int32
        let output: String
        let log: String
    }

    private func run(_ arguments: [String], input: String? = nil, in folder: Folder) throws -> Ended {
        let command = try Server(in: folder, arguments: arguments, input: input)
        return Ended(status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    private func double(_ answer: ControlSocketDouble.Answer, in folder: Folder) throws -> ControlSocketDouble {
        try ControlSocketDouble(at: folder.file("martlet.db-control"), answer)
    }

    private static let evil = #"\u001b[2J\u009b1m\u202e\u2066\u0007\u2028\ufeffroot"#

    private static let done = #"{"status":0,"text":"","document":{},"next":null}"# + "\n"

    @Test func answersDoNotControlTheTerminal() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let row = #"{"row":{"login":"\#(Self.evil)","\#(Self.evil)":1,"other":["\#(Self.evil)"]}}"# + "\n"
        let answers: [String] = [
            row + #"{"row":{"login":"anna"}}"# + "\n" + row.replacing("other", with: #"a":1,"b":2,"c":3,"d"#)
                + Self.done,
            #"{"status":0,"text":"","document":{"\#(Self.evil)":"\#(Self.evil)"},"next":null}"# + "\n",
            #"{"status":0,"text":"\#(Self.evil)\n","document":{"a":"\#(Self.evil)"},"next":null}"# + "\n",
            #"{"status":1,"text":"\#(Self.evil)\n","document":null,"next":null}"# + "\n",
            #"{"progress":"\#(Self.evil)"}"# + "\n" + Self.done,
        ]
        for answer in answers {
            let double = try double(.bytes(answer), in: folder)
            for arguments in [["user", "list"], ["user", "show", "anna", "--json"], ["stats"]] {
                let ended = try run(arguments, in: folder)
                #expect(ended.status == 0 || ended.status == 1, "\(ended)")
                for scalar in (ended.output + ended.log).unicodeScalars where scalar != "\n" {
                    let isHarmless =
                        scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
                        && scalar.properties.generalCategory != .lineSeparator
                    #expect(isHarmless, "\(scalar.value) of \(arguments)")
                }
            }
            withExtendedLifetime(double) {}
        }
        #expect(server.isRunning)
    }

    private static let half = #"{"status":0,"te"#
    private static let row = #"{"row":{}}"# + "\n"
    private static let progress = "{\"progress\":\"" + String(repeating: "x", count: 60_000) + "\"}\n"
    private static let strangeStatus = #"{"status":256,"text":"","document":{},"next":null}"# + "\n"
    private static let silent = "it has sent nothing for 10 s; look into its log, or restart it"
    private static let ended = "it closed the connection before the end of its answer"
    private static let unreadable = "its answer can't be understood"

    private static let answers: [(answer: ControlSocketDouble.Answer, reason: String)] = [
        (.bytesAndSilence(""), silent), (.bytesAndSilence(half), silent), (.bytes(""), ended), (.bytes(half), ended),
        (.bytes(row), ended), (.bytes("nonsense\n"), unreadable), (.bytes(strangeStatus), unreadable),
        (.endless(String(repeating: "x", count: 4096)), unreadable), (.endless(row), unreadable),
        (.endless(progress), unreadable),
    ]

    /// The command does not report a change as not done if it may have been done.
    @Test(arguments: answers.indices)
    func anAnswerThatIsNoneEndsTheCommand(index: Int) throws {
        let (answer, reason) = Self.answers[index]
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let double = try double(answer, in: folder)
        let begun = ContinuousClock.now
        let ended = try run(["adjust", "anna", "+5", "--reason", "why"], in: folder)
        #expect(ended.status == 69 && ended.output.isEmpty && ended.log.contains(reason), "\(ended)")
        #expect(ended.log.hasSuffix("; it is unknown whether the command was done\n"), "\(ended)")
        #expect(ContinuousClock.now - begun < .seconds(15))
        withExtendedLifetime((double, server)) {}
    }

    /// A customer who may have 10,000 sessions is exported in one line for all of their ends.
    @Test func aLongLineIsRead() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let ends = Array(repeating: #""2026-11-23T08:17:12Z""#, count: 10_000).joined(separator: ",")
        let document = #"{"sessions_end_at":[\#(ends)]}"#
        let done = #"{"status":0,"text":"","document":\#(document),"next":null}"# + "\n"
        let double = try double(.bytes(done), in: folder)
        let ended = try run(["user", "export", "anna"], in: folder)
        #expect(ended.status == 0 && ended.output == document + "\n", "\(ended.log)")
        withExtendedLifetime((double, server)) {}
    }

    /// A sign of life each second keeps a command waiting for longer than silence would.
    @Test func theClientWaitsForALiveServer() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let alive = Array(repeating: #"{"progress":""}"# + "\n", count: 12)
        let double = try double(.slow(alive + [Self.done], milliseconds: 1000), in: folder)
        #expect(try run(["user", "list"], in: folder).status == 0)
        withExtendedLifetime((double, server)) {}
    }

    /// A backup takes long because of the disk. The server reports each second that it goes on.
    @Test func theClientWaitsForALongCommand() throws {
        let folder = try Folder()
        try folder.write(
            """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <string.h>
            #include <sys/syscall.h>
            #include <unistd.h>
            static int is_backup(int fd) {
                char link[64], path[4096];
                snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
                ssize_t length = readlink(link, path, sizeof path - 1);
                if (length < 0) return 0;
                path[length] = 0;
                return strstr(path, "slow-backup") != NULL;
            }
            static int slept;
            int fsync(int fd) {
                if (!slept && is_backup(fd)) { slept = 1; sleep(12); }
                return syscall(SYS_fsync, fd);
            }
            int fdatasync(int fd) {
                if (!slept && is_backup(fd)) { slept = 1; sleep(12); }
                return syscall(SYS_fdatasync, fd);
            }
            """, to: "slow.c")
        _ = try shell("cd \(folder.path); cc -shared -fPIC -o slow.so slow.c || clang -shared -fPIC -o slow.so slow.c")
        let server = try Server.serving(in: folder, environment: ["LD_PRELOAD": folder.file("slow.so")])
        let begun = ContinuousClock.now
        let backup = try run(["backup", "slow-backup.db"], in: folder)
        #expect(backup.status == 0 && ContinuousClock.now - begun > .seconds(10), "\(backup)")
        withExtendedLifetime(server) {}
    }

    @Test func waitingForAStoppedServerEnds() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        server.signal(SIGSTOP)
        // More than the kernel keeps for the listener.
        let commands = try (0..<12).map { _ in try Server(in: folder, arguments: ["user", "list"]) }
        for command in commands { #expect(try command.waitForEnd() == 69, "\(command.logText)") }
        server.signal(SIGCONT)
        let ended = try run(["user", "list"], in: folder)
        #expect(ended.status == 0, "\(ended)")
    }

    @Test func aLinkToAnotherServersSocketIsNotFollowed() throws {
        let folder = try Folder()
        let other = try Folder()
        let server = try Server.serving(in: folder)
        let second = try Server.serving(in: other)
        try second.client().register("anna")
        let path = folder.file("martlet.db-control")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(
            atPath: path, withDestinationPath: other.file("martlet.db-control"))
        let ended = try run(["user", "delete", "anna", "--yes"], in: folder)
        #expect(ended.status == 69 && ended.log.contains("symbolic links"), "\(ended)")
        #expect(try run(["user", "show", "anna"], in: other).status == 0)
        withExtendedLifetime(server) {}
    }

    /// Its user could read what the owner sends, and invent what the owner reads.
    @Test(.enabled(if: geteuid() == 0)) func aSocketOfAnotherAccountIsNotTrusted() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let other = try Folder()
        #expect(chown(other.path, 65534, 65534) == 0)
        let arguments = ["--reuid", "65534", "--clear-groups", Server.executable, "serve", "-a", "127.0.0.1:0", "-d"]
        let stranger = try Server(
            in: other, arguments: arguments + [other.file("other.db")],
            environment: ["MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0", "MARTLET_ADMIN_ADDRESS": ""],
            executable: "/usr/bin/setpriv")
        _ = try stranger.endpoint()
        let path = folder.file("martlet.db-control")
        #expect(rename(other.file("other.db-control"), path) == 0)
        let ended = try run(["user", "add", "anna", "--generate"], in: folder)
        #expect(ended.status == 69 && ended.log.contains("not to the owner of the database"), "\(ended)")
        #expect(!ended.log.contains("not known"), "\(ended)")
        withExtendedLifetime((server, stranger)) {}
    }

    @Test func aStaleSocketIsReplacedAndAFileIsNot() throws {
        let folder = try Folder()
        let first = try Server.serving(in: folder)
        first.killAtOnce()
        #expect(FileManager.default.fileExists(atPath: folder.file("martlet.db-control")))
        #expect(try run(["user", "list"], in: folder).status == 0)
        let second = try Server.serving(in: folder)
        #expect(try run(["pool"], in: folder).status == 0)
        second.signal(SIGTERM)
        #expect(try second.waitForEnd() == 0)
        try folder.write("precious", to: "martlet.db-control")
        let third = try Server.serving(in: folder)
        #expect(third.logText.contains("commands for this server can't be taken"))
        #expect(try run(["user", "list"], in: folder).status == 69)
        #expect(try String(contentsOfFile: folder.file("martlet.db-control"), encoding: .utf8) == "precious")
    }

    @Test func aCommandThatIsTooLongIsNotSent() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let ended = try run(["adjust", "anna", "+5", "--reason", String(repeating: "x", count: 100_000)], in: folder)
        #expect(ended.status == 69 && ended.log.contains("longer than"), "\(ended)")
        withExtendedLifetime(server) {}
    }

    /// Connections take no more than their share of few descriptors, and the owner's socket has some of its own.
    @Test(arguments: [80, 200]) func commandsWorkWithoutFreeDescriptors(limit: Int) throws {
        let folder = try Folder()
        let server = try Server(
            in: folder, arguments: ["-c", "ulimit -n \(limit); exec \"$M\""],
            environment: [
                "M": Server.executable, "RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0",
                "MARTLET_ADMIN_ADDRESS": "127.0.0.1:0", "MARTLET_HTTP_EVENT_LOOPS": "1",
            ], executable: "/bin/sh")
        let endpoint = try server.endpoint()
        #expect(server.logText.contains("\(limit) files may be open"), "\(server.logText)")
        let clients = try (0..<(2 * limit)).map { _ in try Client(endpoint: endpoint) }
        for arguments in [["user", "list"], ["user", "add", "anna", "--generate"], ["check"], ["backup", "b.db"]] {
            let ended = try run(arguments, in: folder)
            #expect(ended.status == 0, "\(arguments): \(ended)")
        }
        // Then none at all is left, but for those in reserve.
        _ = try shell("prlimit --pid \(server.processID) --nofile=\(try server.openDescriptorCount()):\(limit)")
        let more = try (0..<limit).map { _ in try Client(endpoint: endpoint) }
        let begun = ContinuousClock.now
        let ended = try run(["user", "list"], in: folder)
        #expect(ended.status == 0 || ended.status == 69, "\(ended)")
        #expect(ContinuousClock.now - begun < .seconds(15))
        withExtendedLifetime((clients, more)) {}
    }
}
