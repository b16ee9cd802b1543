import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// Copies that are killed, stopped, cut off or out of room. Each leaves the source as it was and nothing half done, and
/// the next copy succeeds.
@Suite(.serialized, .onSQLite("copies name the engines of their databases"))
struct CopyInterruptionTests {
    private let shop: CopiedShop
    private let before: [String: [String]]

    init() throws {
        shop = try CopiedShop()
        before = try shop.rows(of: "martlet.db")
    }

    private func expectNoChange() throws {
        #expect(try shop.rows(of: "martlet.db") == before)
        #expect(try shop.names(containing: "copy.db").allSatisfy { $0.hasPrefix("copy.db.partial") })
    }

    /// The copy is made by the next try, and what the last one left is gone.
    private func expectCopy(of source: String = "martlet.db") throws {
        let ended = try shop.run("copy", source, "copy.db")
        #expect(ended.status == 0, "\(ended)")
        #expect(try shop.rows(of: "copy.db") == before)
        #expect(try shop.names(containing: "copy.db") == ["copy.db"])
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGINT]) func aSignalEndsACopyToAFile(signal: Int32) throws {
        let hold = try CopyHold(in: shop.folder)
        let copy = try Server(
            in: shop.folder, arguments: ["copy", "martlet.db", "copy.db"], environment: hold.environment)
        try hold.waitForCopy()
        copy.signal(signal)
        try hold.release()
        #expect(try copy.waitForEnd() == -signal, "\(copy.logText)")
        if signal != SIGKILL {
            #expect(copy.logText.contains("nothing was copied"), "\(copy.logText)")
            #expect(try shop.names(containing: "copy.db").isEmpty)
        }
        try expectNoChange()
        try expectCopy()
    }

    /// A server that starts on the name of the copy meanwhile keeps its database.
    @Test func aFileThatAppearsMeanwhileIsNotReplaced() throws {
        let hold = try CopyHold(in: shop.folder)
        let copy = try Server(
            in: shop.folder, arguments: ["copy", "martlet.db", "copy.db"], environment: hold.environment)
        try hold.waitForCopy()
        let twice = try shop.run("copy", "martlet.db", "copy.db")
        #expect(twice.status == 69, "\(twice)")
        try shop.folder.write("mine", to: "copy.db")
        try hold.release()
        #expect(try copy.waitForEnd() == 69, "\(copy.logText)")
        #expect(try String(contentsOfFile: shop.folder.file("copy.db"), encoding: .utf8) == "mine")
        #expect(try shop.names(containing: "partial").isEmpty)
        #expect(try shop.rows(of: "martlet.db") == before)
    }

    /// The largest file that the process may write is too small.
    @Test(arguments: [80, 160, 240]) func aFullDiskLeavesNothing(blocks: Int) throws {
        let shell = try Server(
            in: shop.folder,
            arguments: ["-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$M\" copy martlet.db copy.db"],
            environment: ["M": Server.executable, "PATH": "/bin:/usr/bin"], executable: "/bin/sh")
        #expect(try shell.waitForEnd() == 69, "\(shell.logText)")
        #expect(shell.logText.contains("could not be written"), "\(shell.logText)")
        #expect(try shop.names(containing: "copy.db").isEmpty)
        try expectNoChange()
        try expectCopy()
    }

    /// The connection ends at a byte of the copy, up to its very end. The exit status says what became of it.
    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func aCutConnectionLeavesAllOrNothing() throws {
        let server = try PostgreSQLServer.shared.get()
        var failures = 0
        for (direction, bytes) in [
            (CuttingProxy.Cut.Direction.toServer, 20), (.toServer, 3_000), (.toServer, 12_000), (.toServer, 16_000),
            (.toServer, 20_000), (.toServer, 26_000), (.toClient, 50), (.toClient, 2_000), (.toClient, 6_000),
            (.toClient, 9_000), (.toClient, 14_000),
        ] {
            let proxy = try CuttingProxy(to: server.socketPath)
            defer { proxy.close() }
            let name = try server.makeDatabase()
            proxy.order(CuttingProxy.Cut(direction, after: bytes))
            let ended = try shop.run("copy", "martlet.db", server.address(of: name, through: proxy.port))
            let place = "\(direction), \(bytes): \(ended)"
            if ended.status == 0 {
                #expect(try shop.run("check", "-d", server.address(of: name)).status == 0, "\(place)")
            } else {
                failures += 1
                #expect(ended.status == 69, "\(place)")
                try shop.run("copy", "martlet.db", server.address(of: name)).expectSuccess(place)
            }
        }
        #expect(failures >= 3)
        try expectNoChange()
    }

    /// A killed copy and a server that crashes leave an empty database.
    @Test(.enabled(if: PostgreSQLServer.isInstalled), arguments: [true, false])
    func anEndInTheMiddleLeavesAnEmptyDatabase(isServerKilled: Bool) throws {
        let server = try PostgreSQLServer(isDurable: true)
        defer { server.remove() }
        let proxy = try CuttingProxy(to: server.socketPath)
        defer { proxy.close() }
        let name = try server.makeDatabase()
        proxy.order(CuttingProxy.Cut(.toServer, after: 16_000, closes: false))
        let copy = try Server(
            in: shop.folder, arguments: ["copy", "martlet.db", server.address(of: name, through: proxy.port)])
        try eventually("the copy hangs: \(copy.logText)") { !proxy.isCutPending }
        #expect(copy.isRunning)
        if isServerKilled {
            server.stop(SIGQUIT)
            proxy.order(nil)
            #expect(try copy.waitForEnd() == 69, "\(copy.logText)")
            try server.start()
        } else {
            copy.killAtOnce()
            proxy.order(nil)
        }
        let empty = try shop.run("copy", server.address(of: name), "copy.db")
        #expect(empty.status == 69 && empty.log.contains("no tables of Martlet"), "\(empty)")
        try eventually("the server has ended the transaction") {
            try shop.run("copy", "martlet.db", server.address(of: name)).status == 0
        }
        try expectNoChange()
        try expectCopy(of: server.address(of: name))
    }

    /// The source goes away while it is read.
    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func aLostSourceLeavesNoFile() throws {
        let server = try PostgreSQLServer(isDurable: true)
        defer { server.remove() }
        let address = server.address(of: try server.makeDatabase())
        try shop.run("copy", "martlet.db", address).expectSuccess()
        let hold = try CopyHold(in: shop.folder)
        let copy = try Server(
            in: shop.folder, arguments: ["copy", address, "copy.db"], environment: hold.environment)
        try hold.waitForCopy()
        server.stop(SIGQUIT)
        try hold.release()
        #expect(try copy.waitForEnd() == 69, "\(copy.logText)")
        #expect(try shop.names(containing: "copy.db").isEmpty)
        try server.start()
        try expectCopy(of: address)
    }
}

extension CommandShop.Ended {
    fileprivate func expectSuccess(_ place: String = "") {
        #expect(status == 0, "\(place) \(self)")
    }
}
