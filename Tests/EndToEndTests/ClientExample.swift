import EndToEndSupport
import Foundation
import TestSupport

/// A client of the handbook's, and how its language runs it.
enum ClientExample {
    case curl, javaScript, python, go, java

    /// A program that is ready to run.
    struct Program {
        let folder: Folder
        let executable: String
        let arguments: [String]

        func run(_ arguments: [String], password: String) throws -> Server {
            try Server(
                in: folder, arguments: self.arguments + arguments,
                environment: ["PATH": ClientExample.path, "PASSWORD": password], executable: executable)
        }
    }

    fileprivate static let path = "/usr/local/bin:/usr/bin:/bin"

    var isInstalled: Bool { interpreter != nil }

    private var file: String {
        let name =
            switch self {
            case .curl: "client.sh"
            case .javaScript: "client.mjs"
            case .python: "client.py"
            case .go: "client.go"
            case .java: "Client.java"
            }
        return RepositoryRoot.file("Sources/Handbook/Examples/\(name)")
    }

    /// The path of the program that runs or compiles the file; `nil` if none is installed.
    private var interpreter: String? {
        let names =
            switch self {
            case .curl: ["bash"]
            case .javaScript: ["node"]
            case .python: ["python3"]
            // gccgo need not compile the standard library first.
            case .go: ["gccgo", "go"]
            case .java: ["javac"]
            }
        let folders = Self.path.split(separator: ":")
        return names.flatMap { name in folders.map { "\($0)/\(name)" } }.first(
            where: FileManager.default.isExecutableFile)
    }

    /// Compiles the file into the folder if its language needs that.
    func prepared(in folder: Folder) throws -> Program {
        guard let interpreter else { throw TestFailure("no program runs \(file)") }
        switch self {
        case .curl, .javaScript, .python:
            return Program(folder: folder, executable: interpreter, arguments: [file])
        case .go:
            let compile =
                interpreter.hasSuffix("gccgo") ? interpreter : "HOME=$PWD PATH=\(Self.path) \(interpreter) build"
            _ = try shell("cd \(folder.path) && \(compile) -o client '\(file)'")
            return Program(folder: folder, executable: folder.file("client"), arguments: [])
        case .java:
            _ = try shell("\(interpreter) -Xlint:all -Werror -d \(folder.path) '\(file)'")
            let java = interpreter.replacing(/javac$/, with: "java")
            return Program(folder: folder, executable: java, arguments: ["-cp", folder.path, "Client"])
        }
    }
}
