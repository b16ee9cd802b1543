import Foundation
import TestSupport

/// The repository of this file.
enum Repository {
    static let root = URL(filePath: RepositoryRoot.path)

    /// Returns every text file below the folders, in the order of their paths.
    static func files(in folders: [String]) throws -> [SourceFile] {
        try folders.flatMap { folder in
            let names = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
            return try names.sorted().compactMap { try file("\(folder)/\($0)") }
        }
    }

    /// Returns the file's text, or `nil` if the path is a folder or the file is not text.
    static func file(_ path: String) throws -> SourceFile? {
        let url = root.appending(path: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
            return nil
        }
        return String(data: try Data(contentsOf: url), encoding: .utf8).map { SourceFile(path: path, text: $0) }
    }

    /// Returns the rooms whose target has the settings named `safe`.
    static func safeRooms(inManifest manifest: String) -> Set<String> {
        let target = /\.(?:executableTarget|target)\(\s*name: "(\w+)"(?s:.*?)swiftSettings: (\w+)\)/
        return Set(manifest.matches(of: target).filter { $0.output.2 == "safe" }.map { String($0.output.1) })
    }

    /// Returns the top-level names that git holds or would add, or `nil` if this is not a checkout.
    static func topLevelNames() throws -> Set<String>? {
        guard FileManager.default.fileExists(atPath: root.appending(path: ".git").path) else { return nil }
        // The account that runs the tests need not own the checkout.
        let arguments = ["git", "-c", "safe.directory=*", "-C", root.path, "ls-files", "-z", "--cached", "--others"]
        let output = Pipe()
        let git = try ChildProcess(
            "/usr/bin/env", arguments + ["--exclude-standard"], output: output.fileHandleForWriting.fileDescriptor)
        try output.fileHandleForWriting.close()
        let listing = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard git.waitForEnd() == 0 else { throw CocoaError(.fileReadUnknown) }
        return Set(listing.split(separator: "\0").map { String($0.prefix { $0 != "/" }) })
    }
}
