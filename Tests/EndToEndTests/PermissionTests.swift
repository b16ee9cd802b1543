import EndToEndSupport
import Foundation
import Testing

/// Files that an account may not see, and the accounts in whose names root works.
@Suite(.serialized, .filesOfSQLite, .enabled(if: OtherAccount.canBeUsed, "\(OtherAccount.reason)"))
struct PermissionTests {
    private let account = OtherAccount.service

    @Test func aDefaultFileThatCannotBeSeenIsAbsent() throws {
        let shop = try Shop(account, mode: 0o711)
        let roots = shop.folder.file("roots")
        mkdir(roots, 0o700)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(roots)/config.json"))
        let absent = try shop.asOther(account, ["stats", "-d", shop.file("martlet.db")], at: roots)
        #expect(absent.status == 0, "\(absent)")
        for (arguments, environment) in [
            (["--config", "\(roots)/config.json"], [:]), ([], ["MARTLET_CONFIG": "config.json"]),
        ] {
            let named = try shop.asOther(
                account, ["stats", "-d", shop.file("martlet.db")] + arguments, at: roots, environment: environment)
            #expect(named.status == 78 && named.log.contains("Permission denied"), "\(named)")
        }
        // One that can be seen and not read is no absent one: a server would serve with other settings than its owner
        // wrote.
        chmod(roots, 0o711)
        chmod("\(roots)/config.json", 0o600)
        #expect(try shop.asOther(account, ["stats", "-d", shop.file("martlet.db")], at: roots).status == 78)
    }

    @Test(arguments: [(mode_t(0o700), "its owner"), (0o711, "its owner, 54321,"), (0o755, "its owner, 54321,")])
    func aMissingPermissionIsSaid(mode: mode_t, advice: String) throws {
        let shop = try Shop(account, mode: mode)
        for arguments in [["stats"], ["check"], ["backup", "/tmp/none.db"], ["user", "list"]] {
            let refused = try shop.asOther(.stranger, arguments + ["-d", shop.file("martlet.db")])
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.log.contains("The account 54322 may not"), "\(refused)")
            #expect(refused.log.contains("or as root (sudo)."), "\(refused)")
        }
        let missing = try shop.asRoot(["stats", "-d", shop.folder.file("none.db")])
        #expect(missing.status == 69 && missing.log.contains("There is no database"), "\(missing)")
        #expect(try shop.foreignFiles() == [])
    }

    /// Beside a running server and without one; and only root is believed.
    @Test func theLedgerNamesTheCallerOfSudo() throws {
        let shop = try Shop(account)
        let sudo = ["SUDO_UID": "65534", "SUDO_USER": "nobody"]
        func adjust(_ reason: String, _ environment: [String: String]) throws {
            let result = try shop.asRoot(["adjust", "anna", "+1", "--reason", reason], environment: environment)
            #expect(result.status == 0, "\(result)")
        }
        try adjust("offline", sudo)
        try adjust("doas", ["DOAS_USER": "carol"])
        let server = try shop.serve()
        try adjust("online", sudo)
        try adjust("root", ["SUDO_UID": "0", "SUDO_USER": "root"])
        let own = try shop.asOther(
            account, ["adjust", "anna", "+1", "--reason", "own"], at: shop.path, environment: sudo)
        #expect(own.status == 0, "\(own)")
        let shown = try shop.asRoot(["user", "show", "anna", "--json"]).output
        for (author, reason) in [
            ("nobody", "offline"), ("carol", "doas"), ("nobody", "online"), ("\(account.id)", "own"),
        ] {
            #expect(shown.contains(#""by":"\#(author)","reason":"\#(reason)""#), "\(shown)")
        }
        #expect(!shown.contains(#""by":"nobody","reason":"root""#))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }
}
