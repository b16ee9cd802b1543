import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The programs that make the packages, run on the release build of this test run.
struct Packager {
    /// Packages of a debug build would be large.
    static let isReady = ProcessInfo.processInfo.environment["MARTLET_EXECUTABLE"] != nil

    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Makes a package with a program of `Sources/Packaging`, and returns its path.
    func make(_ program: String, in name: String = "made") throws -> String {
        let arguments = ["--executable", Server.executable, "--folder", folder.file(name)]
        // The archives are to be made quickly, and not to be small (dpkg-deb(1)).
        let quick = ["DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"]
        let lines = try run(RepositoryRoot.file("Sources/Packaging/\(program)"), arguments, environment: quick)
        return lines.split(separator: "\n").last.map(String.init) ?? ""
    }

    /// Runs a program with the variables that the tests have, and returns its output.
    ///
    /// - Throws: `TestFailure` if it fails.
    @discardableResult
    func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) throws -> String {
        let command = try Server(
            in: folder, arguments: arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, executable: executable,
            input: input)
        guard try command.waitForEnd() == 0 else {
            throw TestFailure("\(executable) \(arguments): \(command.logText) \(command.outputText)")
        }
        return command.outputText
    }
}
