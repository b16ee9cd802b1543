import Testing

@testable import Owner

/// The caller of a command, whom the ledger names.
@Suite struct CallerTests {
    private static let names: [UInt32: String] = [0: "root", 1000: "anna", 1001: "boris"]

    @Test(
        arguments: [
            (0, [:], nil, "root", nil), (0, ["SUDO_UID": "1000", "SUDO_USER": "anna"], nil, "anna", 1000),
            (0, ["SUDO_UID": "1000"], nil, "anna", 1000), (0, ["SUDO_USER": "anna"], nil, "anna", nil),
            (0, ["SUDO_UID": "1000", "SUDO_USER": "other"], 1001, "anna", 1000),
            // If the number has no name, the name is the one that sudo wrote, or the number.
            (0, ["SUDO_UID": "7", "SUDO_USER": "gone"], nil, "gone", 7), (0, ["SUDO_UID": "7"], nil, "7", 7),
            (0, ["DOAS_USER": "boris"], nil, "boris", nil), (0, ["PKEXEC_UID": "1001"], nil, "boris", 1001),
            // Root called sudo. su keeps the number of the account that signed in.
            (0, ["SUDO_UID": "0", "SUDO_USER": "root"], nil, "root", nil),
            (0, ["SUDO_UID": "0", "SUDO_USER": "root"], 1000, "anna", 1000), (0, [:], 1001, "boris", 1001),
            (0, [:], 0, "root", nil),
            // Other texts are ignored.
            (0, ["SUDO_UID": "-1", "SUDO_USER": ""], nil, "root", nil),
            (0, ["SUDO_UID": "anna", "SUDO_USER": "a\u{1B}[2J"], nil, "root", nil),
            (0, ["SUDO_USER": String(repeating: "a", count: 257)], nil, "root", nil),
            // Only the variables of root count.
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

    /// The line of an operation names its author. A name that could break a line of the log or steer a terminal is
    /// ignored.
    @Test func theLineOfAnOperationNamesItsAuthor() {
        let line = Check().line(by: "anna")
        #expect(OperationLine.author(line) == "anna")
        #expect(OperationLine.operation(line) is Check)
        for author in ["", "a\nb", "a\u{202E}b", String(repeating: "a", count: 257)] {
            #expect(OperationLine.author(Check().line(by: author)) == nil)
        }
        #expect(OperationLine.author(#"{"command":"check"}"#.utf8) == nil)
    }
}
