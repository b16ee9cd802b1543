import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// A folder of the account's with a database in it that has a user.
final class Shop {
    let folder: Folder
    let path: String
    let account: OtherAccount

    init(_ account: OtherAccount, mode: mode_t = 0o700) throws {
        folder = try Folder()
        self.account = account
        path = try account.makeFolder("shop", in: folder, mode: mode)
        let server = try serve()
        try server.client().register("anna")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func serve() throws -> Server {
        let server = try account.start(["serve"], at: path, in: folder, environment: Self.addresses)
        _ = try server.endpoint()
        return server
    }

    static let addresses = [
        "RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0",
        "MARTLET_ADMIN_ADDRESS": "127.0.0.1:0",
    ]

    /// Runs a command as root, on the shop's database if the arguments name no other.
    func asRoot(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, log: String) {
        let database = arguments.contains("-d") ? [] : ["-d", file("martlet.db")]
        let command = try Server(in: folder, arguments: arguments + database, environment: environment)
        return (try command.waitForEnd(), command.outputText, command.logText)
    }

    func asOther(
        _ account: OtherAccount, _ arguments: [String], at path: String? = nil, environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, log: String) {
        let command = try account.start(arguments, at: path, in: folder, environment: environment)
        return (try command.waitForEnd(), command.outputText, command.logText)
    }

    func owner(_ name: String) throws -> UInt32 { try Self.owner(file(name)) }

    static func owner(_ path: String) throws -> UInt32 {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw TestFailure("there is no \(path)") }
        return status.st_uid
    }

    /// The files in the shop's folder that do not belong to the account.
    func foreignFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { try owner($0) != account.id }
    }

    func expectTheAccountServes() throws {
        #expect(try foreignFiles() == [])
        let server = try serve()
        #expect(
            try server.client().send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#).status
                != 500)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try asOther(account, ["check"], at: path).status == 0)
    }
}
