import EndToEndSupport
import Foundation

/// Tests in a folder with a database and, in `b`, its backups.
protocol BackupSuite {
    var folder: Folder { get }
}

extension BackupSuite {
    /// The names in `b`.
    var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.file("b")).sorted()) ?? []
    }

    /// The name of a backup that was begun so long ago.
    static func backupName(secondsAgo: Double) -> String {
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        formatter.timeZone = TimeZone(identifier: "UTC")
        return "martlet-\(formatter.string(from: Date(timeIntervalSinceNow: -secondsAgo))).db"
    }

    func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> (status: Int32, log: String, output: String) {
        let command = try Server(in: folder, arguments: arguments, environment: environment)
        return (try command.waitForEnd(), command.logText, command.outputText)
    }
}

extension Folder {
    /// A folder with an empty folder `b`.
    static func withBackups() throws -> Folder {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.file("b"), withIntermediateDirectories: false)
        return folder
    }
}
