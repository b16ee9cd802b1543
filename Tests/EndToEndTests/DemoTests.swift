import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// `martlet demo` as a newcomer meets it: started, its printed commands pasted into a shell.
@Suite(.serialized)
struct DemoTests {
    @Test(arguments: [[], ["--chaos"]])
    func thePrintedCommandsWork(switches: [String]) throws {
        let folder = try Folder()
        let server = try Server(in: folder, arguments: ["demo", "-a", "127.0.0.1:0"] + switches)
        _ = try server.endpoint()
        try eventually("it prints its commands") { server.outputText.contains("/api/user/withdrawals") }
        let commands = server.outputText.split(separator: "\n").map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix("curl ") || $0.hasPrefix("sleep ") }
        #expect(commands.count >= 7)
        let script = commands.joined(separator: "\n")
        let output = String(decoding: try shell("cd \(folder.path) && set -e\n\(script)"), as: UTF8.self)
        #expect(output.contains(#""status":"PROCESSED","accrual":"#), "\(output)")
        #expect(output.contains(#""withdrawn":"#))
        #expect(output.contains(#""processed_at":"#))
        server.signal(SIGINT)
        #expect(try server.waitForEnd() == 0)
    }
}
