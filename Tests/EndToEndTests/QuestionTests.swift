import EndToEndSupport
import Foundation
import Testing

/// The questions of commands at a terminal.
@Suite(.serialized, .filesOfSQLite)
struct QuestionTests {
    /// It runs a command at a terminal of its own, on which nothing is typed (script(1)).
    private static let script = "/usr/bin/script"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: Self.script)), arguments: [true, false])
    func aChangeThatWouldBeRefusedIsNotAskedAbout(isServerRunning: Bool) throws {
        let shop = try CommandShop(isServerRunning: isServerRunning)
        let (spent, refunded) = (orderNumber(1), orderNumber(2))
        #expect(try shop.run("user", "add", "anna", input: "secret\n").status == 0)
        #expect(try shop.run("adjust", "anna", "+5", "--reason", "why").status == 0)
        for order in [spent, refunded] { #expect(try shop.run("spend", "anna", order, "1").status == 0) }
        #expect(try shop.run("refund", refunded, "--yes").status == 0)
        for (arguments, status, text, isAsked) in [
            ("user delete tess", Int32(66), "there is no user tess", false),
            ("user delete anna", 1, "nothing was done", true),
            ("refund \(orderNumber(3))", 66, "no points were spent on an order", false),
            ("refund \(refunded)", 1, "was refunded before; nothing was changed", false),
            ("refund \(spent)", 1, "nothing was done", true),
        ] {
            let command = try Server(
                in: shop.folder, arguments: ["-qec", "exec \"$MARTLET\" \(arguments)", "/dev/null"],
                environment: ["MARTLET": Server.executable, "PATH": "/usr/bin:/bin"], executable: Self.script)
            #expect(try command.waitForEnd() == status, "\(arguments): \(command.outputText)")
            #expect(command.outputText.contains(text), "\(arguments): \(command.outputText)")
            #expect(command.outputText.contains("[y/N]") == isAsked, "\(arguments): \(command.outputText)")
        }
        #expect(try shop.run("user", "show", "anna").status == 0)
    }
}
