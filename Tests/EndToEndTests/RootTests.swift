import EndToEndSupport
import Foundation
import Testing

/// Root runs commands on the database of a service's account: every file beside it stays the account's.
@Suite(.serialized, .filesOfSQLite, .enabled(if: OtherAccount.canBeUsed, "\(OtherAccount.reason)"))
struct RootTests {
    private let account = OtherAccount.service

    @Test(arguments: [
        ["check"], ["stats"], ["user", "list"], ["adjust", "anna", "+5", "--reason", "a present"],
        ["user", "disable", "anna"], ["backup", "shop/backup.db"], ["restore", "earlier.db"],
        ["restore", "shop/earlier.db"],
    ])
    func whatACommandMakesBelongsToTheDatabasesOwner(arguments: [String]) throws {
        let shop = try Shop(account)
        #expect(try shop.asRoot(["backup", shop.folder.file("earlier.db")]).status == 0)
        #expect(try Shop.owner(shop.folder.file("earlier.db")) == account.id, "a backup in a folder of root's")
        #expect(try shop.asRoot(["backup", shop.file("earlier.db")]).status == 0)
        try FileManager.default.removeItem(atPath: shop.file("martlet.db-lock"))
        let result = try shop.asRoot(arguments)
        #expect(result.status == 0, "\(result)")
        try shop.expectTheAccountServes()
    }

    /// A kill leaves a log, which the next command of root's puts back.
    @Test func aLogThatRootFindsStaysTheAccounts() throws {
        let shop = try Shop(account)
        let server = try shop.serve()
        try server.client().register("boris")
        server.killAtOnce()
        #expect(try shop.asRoot(["check"]).output.contains("passed: 2 users"))
        try shop.expectTheAccountServes()
    }

    @Test func filesOfARootServerBelongToTheAccount() throws {
        let shop = try Shop(account)
        for name in ["martlet.db-lock"] { try FileManager.default.removeItem(atPath: shop.file(name)) }
        let server = try Server(
            in: shop.folder, arguments: ["serve", "-d", shop.file("martlet.db")], environment: Shop.addresses)
        try server.client().register("boris")
        #expect(try shop.foreignFiles() == [])
        #expect(try shop.asRoot(["backup", shop.file("b.db")]).status == 0)
        server.killAtOnce()
        #expect(FileManager.default.fileExists(atPath: shop.file("martlet.db-wal")))
        try shop.expectTheAccountServes()
    }

    /// The first start of a new version, by root's command.
    @Test func aCopyBeforeAnUpgradeBelongsToTheAccount() throws {
        let shop = try Shop(account)
        for name in ["martlet.db", "martlet.db-lock"] { try FileManager.default.removeItem(atPath: shop.file(name)) }
        try OldDatabase(version: 1).write(to: shop.file("martlet.db"))
        chown(shop.file("martlet.db"), account.id, account.id)
        #expect(try shop.asRoot(["user", "list"]).status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: shop.path)
        #expect(names.contains { $0.contains(".before-schema-") })
        try shop.expectTheAccountServes()
    }

    /// The handbook's restore in earnest, whatever was removed before.
    @Test(arguments: [[], ["martlet.db"], ["martlet.db", "martlet.db-lock"]])
    func aRestoreInEarnestWorks(removed: [String]) throws {
        let shop = try Shop(account)
        mkdir(shop.file("backups"), 0o700)
        chown(shop.file("backups"), account.id, account.id)
        #expect(try shop.asRoot(["backup", shop.file("backups/martlet-20261128T000000Z.db")]).status == 0)
        for name in removed { try FileManager.default.removeItem(atPath: shop.file(name)) }
        let script = #"cd "$1" && "$2" restore "$(ls backups/martlet-*.db | tail -n 1)""#
        let command = try Server(
            in: shop.folder, arguments: ["-c", script, "bash", shop.path, Server.executable], executable: "/bin/bash")
        #expect(try command.waitForEnd() == 0, "\(command.logText)")
        #expect(command.outputText.contains("restored martlet.db: 1 user"))
        try shop.expectTheAccountServes()
    }

    /// An earlier version left root's files there.
    @Test func aRestoreGivesADatabaseOfRootsToTheFoldersOwner() throws {
        let shop = try Shop(account)
        #expect(try shop.asRoot(["backup", shop.file("b.db")]).status == 0)
        for name in ["martlet.db", "martlet.db-lock"] { chown(shop.file(name), 0, 0) }
        let result = try shop.asRoot(["restore", shop.file("b.db")])
        #expect(result.status == 0, "\(result)")
        #expect(try shop.owner("martlet.db") == account.id)
        #expect(try shop.owner("martlet.db-lock") == account.id)
        #expect(try shop.asOther(account, ["check"], at: shop.path).status == 0)
    }

    @Test func aLockFileOfRootsIsGivenBack() throws {
        let shop = try Shop(account)
        chown(shop.file("martlet.db-lock"), 0, 0)
        let refused = try shop.asOther(account, ["check"], at: shop.path)
        #expect(refused.status == 0 || refused.log.contains("may not"), "\(refused)")
        #expect(try shop.asRoot(["check"]).status == 0)
        try shop.expectTheAccountServes()
    }
}
