import EndToEndSupport
import Foundation
import Testing

/// Files and links that a service's account may put into its folder to lead root elsewhere.
@Suite(.serialized, .enabled(if: OtherAccount.canBeUsed, "\(OtherAccount.reason)"))
struct RootLinkTests {
    private let account = OtherAccount.service

    /// Names in the shop's folder that become symbolic or hard links to a file of root's, and the command that meets
    /// them.
    @Test(arguments: [
        (["martlet.db-lock"], ["check"]), (["martlet.db-lock"], ["restore", "shop/b.db"]),
        (["martlet.db.restored"], ["restore", "shop/b.db"]),
        (["martlet.db.restored.partial"], ["restore", "shop/b.db"]),
        (["martlet.db-wal", "martlet.db-shm"], ["check"]), (["copy.db.partial"], ["backup", "shop/copy.db"]),
        (["copy.db"], ["backup", "shop/copy.db"]), (["source.db"], ["restore", "shop/source.db"]),
        (["martlet.db"], ["check"]), (["martlet.db"], ["restore", "shop/b.db"]),
        (["martlet.db-control"], ["stats"]),
    ])
    func aLinkOfTheAccountsLeadsRootNowhere(names: [String], arguments: [String]) throws {
        for isSymbolic in [true, false] {
            let shop = try Shop(account)
            #expect(try shop.asRoot(["backup", shop.file("b.db")]).status == 0)
            let secret = shop.folder.file("secret")
            try Data("root's own\n".utf8).write(to: URL(fileURLWithPath: secret))
            chmod(secret, 0o600)
            for name in names {
                unlink(shop.file(name))
                let made = isSymbolic ? symlink(secret, shop.file(name)) : link(secret, shop.file(name))
                #expect(made == 0)
                if isSymbolic { lchown(shop.file(name), account.id, account.id) }
            }
            _ = try shop.asRoot(arguments)
            #expect(try Shop.owner(secret) == 0, "\(names) \(isSymbolic)")
            #expect(try String(contentsOfFile: secret, encoding: .utf8) == "root's own\n", "\(names) \(isSymbolic)")
            #expect(try FileManager.default.attributesOfItem(atPath: secret)[.posixPermissions] as? Int == 0o600)
        }
    }

    /// Folders that are links of the account's.
    @Test func aFolderThatIsALinkIsNotFollowed() throws {
        let shop = try Shop(account)
        let roots = shop.folder.file("roots")
        mkdir(roots, 0o755)
        symlink(roots, shop.file("backups"))
        lchown(shop.file("backups"), account.id, account.id)
        let refused = try shop.asRoot(["backup", shop.file("backups/b.db")])
        #expect(refused.status == 69 && refused.log.contains("may not"), "\(refused)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: roots) == [])
    }

    /// Another shop's database is not copied into the account's, and not changed in its place.
    @Test func aLinkToAnotherShopsDatabaseIsRefused() throws {
        let shop = try Shop(account)
        let other = try Shop(.stranger)
        #expect(try other.asRoot(["adjust", "anna", "+77", "--reason", "mine"]).status == 0)
        symlink(other.file("martlet.db"), shop.file("newest.db"))
        lchown(shop.file("newest.db"), account.id, account.id)
        let refused = try shop.asRoot(["restore", shop.file("newest.db")])
        #expect(refused.status == 69 && refused.log.contains("root does not follow"), "\(refused)")
        unlink(shop.file("martlet.db"))
        rename(shop.file("newest.db"), shop.file("martlet.db"))
        let changed = try shop.asRoot(["adjust", "anna", "+5", "--reason", "a present"])
        #expect(changed.status == 69 && changed.log.contains("root does not follow"), "\(changed)")
    }

    /// The account's own link to its own database is followed, and so is a link of root's.
    @Test func aLinkThatLeadsToTheOwnDatabaseIsFollowed() throws {
        let shop = try Shop(account)
        for owner in [account.id, 0] {
            unlink(shop.file("link.db"))
            symlink("martlet.db", shop.file("link.db"))
            lchown(shop.file("link.db"), owner, owner)
            let result = try shop.asRoot(["stats", "-d", shop.file("link.db")])
            #expect(result.status == 0, "\(result)")
        }
        unlink(shop.file("link.db"))
        try shop.expectTheAccountServes()
    }
}
