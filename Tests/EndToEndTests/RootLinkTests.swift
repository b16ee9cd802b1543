import CLinux
import EndToEndSupport
import Foundation
import Synchronization
import TestSupport
import Testing

/// Files and links that a service's account may put into its folder to lead root elsewhere.
@Suite(.serialized, .filesOfSQLite, .enabled(if: OtherAccount.canBeUsed, "\(OtherAccount.reason)"))
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

/// An account exchanges a folder of its own for a symbolic link while root's command runs.
@Suite(.serialized, .filesOfSQLite, .enabled(if: OtherAccount.canBeUsed, "\(OtherAccount.reason)"))
struct RootFolderRaceTests {
    private let account = OtherAccount.service

    /// Root's folder is empty, or has files of the names that the command uses.
    @Test(arguments: [false, true])
    func aFolderThatBecomesALinkLeadsRootNowhere(hasFiles: Bool) throws {
        let shop = try Shop(account)
        let folder = shop.folder
        #expect(try shop.asRoot(["backup", folder.file("root.db")]).status == 0)
        try shop.copy(folder.file("root.db"), to: folder.file("secret.db"), owner: 0)
        #expect(
            try shop.asRoot(["user", "add", "confidential", "--generate", "-d", folder.file("secret.db")]).status == 0)
        mkdir(shop.file("d"), 0o700)
        try shop.copy(folder.file("root.db"), to: shop.file("d/b.db"), owner: account.id)
        try shop.copy(folder.file("root.db"), to: shop.file("d/martlet.db"), owner: account.id)
        lchown(shop.file("d"), account.id, account.id)
        let targets = [(folder.file("root"), UInt32(0)), (folder.file("stranger"), OtherAccount.stranger.id)]
        for (target, owner) in targets {
            mkdir(target, 0o700)
            chown(target, owner, owner)
            guard hasFiles else { continue }
            for name in ["martlet.db", "b.db"] {
                try shop.copy(folder.file("secret.db"), to: "\(target)/\(name)", owner: owner)
            }
            try Data().write(to: URL(fileURLWithPath: "\(target)/martlet.db-lock"))
            chown("\(target)/martlet.db-lock", owner, owner)
        }
        for (target, _) in targets {
            let before = try Self.content(of: target)
            symlink(target, shop.file("l"))
            lchown(shop.file("l"), account.id, account.id)
            let exchange = Exchange(shop.file("d"), shop.file("l"))
            let database = shop.file("d/martlet.db")
            for number in 1...16 {
                for arguments in [
                    ["restore", shop.file("d/b.db")], ["user", "add", "user\(number)", "--generate"], ["check"],
                    ["backup", shop.file("d/backup\(number).db")],
                ] {
                    _ = try shop.asRoot(arguments + ["-d", database])
                    #expect(try Self.content(of: target) == before, "\(arguments)")
                }
            }
            #expect(exchange.end() > 1000)
            // One of both names is the link, and the other one the folder.
            if unlink(shop.file("l")) != 0 {
                #expect(unlink(shop.file("d")) == 0)
                #expect(rename(shop.file("l"), shop.file("d")) == 0)
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: shop.file("d")) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: shop.file("d/\(name)")))
                #expect(bytes.range(of: Data("confidential".utf8)) == nil, "\(name)")
            }
        }
    }

    /// The names, owners, modes, numbers and bytes of a folder's files, and those of the folder.
    private static func content(of folder: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return try ([""] + names).map { name in
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0 else { throw TestFailure("there is no \(folder)/\(name)") }
            let bytes = name.isEmpty ? 0 : try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")).hashValue
            return "\(name) \(status.st_uid) \(status.st_mode) \(status.st_nlink) \(status.st_ino) \(bytes)"
        }
    }
}

/// A thread that exchanges two names all the time (renameat2(2), RENAME_EXCHANGE).
private final class Exchange: Sendable {
    private let count = Mutex(0)
    private let isEnding = Mutex(false)
    private let done = DispatchSemaphore(value: 0)

    init(_ one: String, _ other: String) {
        Foundation.Thread.detachNewThread { [self] in
            let exchange: CUnsignedInt = 2
            while !isEnding.withLock(\.self) {
                if renameat2(AT_FDCWD, one, AT_FDCWD, other, exchange) == 0 { count.withLock { $0 += 1 } }
                // The commands need the core too, and there are still some exchanges in each of their milliseconds.
                usleep(20)
            }
            done.signal()
        }
    }

    /// Ends the thread, and returns the number of its exchanges.
    func end() -> Int {
        isEnding.withLock { $0 = true }
        done.wait()
        return count.withLock(\.self)
    }
}

extension Shop {
    /// Copies a file as another account's, which alone may read it.
    fileprivate func copy(_ file: String, to path: String, owner: UInt32) throws {
        try Data(contentsOf: URL(fileURLWithPath: file)).write(to: URL(fileURLWithPath: path))
        guard chmod(path, 0o600) == 0, chown(path, owner, owner) == 0 else { throw TestFailure("no \(path)") }
    }
}
