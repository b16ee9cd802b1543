import Testing

@testable import App

/// Who called a command, as the ledger has it.
@Suite struct CallerTests {
    private static let names: [UInt32: String] = [0: "root", 1000: "anna", 1001: "boris"]

    @Test(
        arguments: [
            (0, [:], nil, "root", nil), (0, ["SUDO_UID": "1000", "SUDO_USER": "anna"], nil, "anna", 1000),
            (0, ["SUDO_UID": "1000"], nil, "anna", 1000), (0, ["SUDO_USER": "anna"], nil, "anna", nil),
            (0, ["SUDO_UID": "1000", "SUDO_USER": "other"], 1001, "anna", 1000),
            // No name for the number: what sudo wrote, or the number.
            (0, ["SUDO_UID": "7", "SUDO_USER": "gone"], nil, "gone", 7), (0, ["SUDO_UID": "7"], nil, "7", 7),
            (0, ["DOAS_USER": "boris"], nil, "boris", nil), (0, ["PKEXEC_UID": "1001"], nil, "boris", 1001),
            // Root called sudo; su keeps the number of who signed in.
            (0, ["SUDO_UID": "0", "SUDO_USER": "root"], nil, "root", nil),
            (0, ["SUDO_UID": "0", "SUDO_USER": "root"], 1000, "anna", 1000), (0, [:], 1001, "boris", 1001),
            (0, [:], 0, "root", nil),
            // What is no name or number says nothing.
            (0, ["SUDO_UID": "-1", "SUDO_USER": ""], nil, "root", nil),
            (0, ["SUDO_UID": "anna", "SUDO_USER": "a\u{1B}[2J"], nil, "root", nil),
            (0, ["SUDO_USER": String(repeating: "a", count: 257)], nil, "root", nil),
            // Only root is believed.
            (1000, ["SUDO_UID": "1001", "SUDO_USER": "boris"], 1001, "anna", nil),
            (9, ["SUDO_USER": "boris"], nil, "9", nil),
        ] as [(UInt32, [String: String], UInt32?, String, UInt32?)])
    func theCallerIsTheAccountThatCalledSudo(
        real: UInt32, environment: [String: String], signedIn: UInt32?, name: String, id: UInt32?
    ) {
        let caller = Caller(realID: real, environment: environment, signedInID: signedIn) { Self.names[$0] }
        #expect(caller.name == name)
        #expect(caller.id == id)
    }

    /// The line of a command names its author, who can be no text that a log or a terminal obeys.
    @Test func aCommandsLineNamesItsAuthor() {
        let line = OwnerCommand.check.line(by: "anna")
        #expect(OwnerCommand.author(line: line) == "anna")
        #expect(OwnerCommand(line: line) == .check)
        for author in ["", "a\nb", "a\u{202E}b", String(repeating: "a", count: 257)] {
            #expect(OwnerCommand.author(line: OwnerCommand.check.line(by: author)) == nil)
        }
        #expect(OwnerCommand.author(line: #"{"command":"check"}"#.utf8) == nil)
    }
}
