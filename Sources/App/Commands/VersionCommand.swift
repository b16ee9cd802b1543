import CommandLine
import JSON
import Owner
import Posix
import SQLiteStore

extension Command {
    static let version: Command = Command(
        "version", "print the version, the commit, the schema's number and SQLite's version", options: [.json],
        document: #"{"version", "commit", "schema", "sqlite_version"}, null for a commit that is not known"#,
        opensDatabase: false,
        action: .print { invocation in
            let engine = LoyaltyStore.engine
            let schema = LoyaltyStore.schemaVersion
            guard invocation.has(.json) else {
                return """
                    martlet \(Version.text)
                    commit \(BuildCommit.text ?? "unknown")
                    schema \(schema)
                    \(engine.name) \(engine.version)

                    """
            }
            return JSONObject([
                "version": .string(Version.text), "commit": .text(BuildCommit.text), "schema": .integer(schema),
                "sqlite_version": .string(engine.version),
            ]).line
        })
}

extension JSONObject {
    /// The document as a line of text.
    var line: String {
        var writer = JSONWriter()
        writer.value(.object(self))
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}
