/// The database's file.
package struct DatabaseLocation: Sendable, Equatable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Takes a path, `file:PATH` or `sqlite:PATH`, with or without two slashes before an absolute path; `nil` for everything else.
    package init?(_ text: String) {
        guard case .success(let path) = Self.path(of: text) else { return nil }
        self.path = path
    }

    /// Why a text names no file; `nil` if it names one.
    package static func fault(in text: String) -> String? {
        guard case .failure(let fault) = path(of: text) else { return nil }
        return fault.reason
    }

    private struct Fault: Error {
        let reason: String
    }

    private static func path(of text: String) -> Result<String, Fault> {
        if let reason = RefusedValue.fault(in: text) ?? connectionFault(in: text) {
            return .failure(Fault(reason: reason))
        }
        let (scheme, rest) = split(text)
        let path: Substring
        switch scheme {
        case nil: path = text[...]
        case "file", "sqlite":
            if let reason = uriFault(in: rest, scheme ?? "") { return .failure(Fault(reason: reason)) }
            path = withoutAuthority(rest)
        case let scheme?:
            let isDrive = scheme.count == 1
            let reason = isDrive ? "it is a path of Windows" : "\(scheme): is a scheme that Martlet does not know"
            return .failure(Fault(reason: "\(reason); a file of this name is ./…"))
        }
        if let reason = pathFault(in: path) { return .failure(Fault(reason: reason)) }
        return .success(String(path))
    }

    /// The scheme in small letters and what follows its colon; no scheme if there is none (RFC 3986, section 3.1).
    private static func split(_ text: String) -> (scheme: String?, rest: Substring) {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isASCII, first.isLetter,
            text[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return (nil, text[...]) }
        return (text[..<colon].lowercased(), text[text.index(after: colon)...])
    }

    /// How database servers, other libraries and drivers are told where a database is.
    private static func connectionFault(in text: String) -> String? {
        if text.lowercased().contains(":memory:") { return "a database in memory would be gone with the process" }
        let servers: Set = ["postgres", "postgresql", "mysql", "mariadb", "mongodb", "redis", "sqlserver", "oracle"]
        if let scheme = split(text).scheme, servers.contains(scheme) {
            return "it names a database server, and Martlet keeps its data in a SQLite file"
        }
        // libpq's host=localhost dbname=martlet, and Data Source=martlet.db of other drivers.
        let word = text.prefix { $0.isASCII && ($0.isLetter || $0 == "_" || $0 == " ") }
        if !word.isEmpty, text[word.endIndex...].hasPrefix("=") {
            return "it is a connection string, and Martlet takes the path of a SQLite file; a file of this name is ./…"
        }
        return nil
    }

    /// What a URI of a file may have and is not taken here: the file would be another one than SQLite's own programs open.
    private static func uriFault(in rest: Substring, _ scheme: String) -> String? {
        if rest.contains("?") || rest.contains("#") { return "after \(scheme): a path stands alone, without ? and #" }
        let bytes = Array(rest.utf8)
        let isEncoded = bytes.indices.contains { index in
            bytes[index] == UInt8(ascii: "%") && index + 2 < bytes.count
                && bytes[(index + 1)...(index + 2)].allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
        if isEncoded { return "after \(scheme): a path is written as it is, and % encodes nothing" }
        // Of file://shop/x.db, "shop" is a machine (RFC 8089); SQLAlchemy and others write a path after sqlite://.
        if scheme == "file", rest.hasPrefix("//"), !rest.hasPrefix("///"), !rest.hasPrefix("//localhost/") {
            return "file:// is followed by a machine's name; write file:PATH"
        }
        return nil
    }

    private static func withoutAuthority(_ rest: Substring) -> Substring {
        guard rest.hasPrefix("//") else { return rest }
        let path = rest.dropFirst(2)
        return path.hasPrefix("localhost/") ? path.dropFirst("localhost".count) : path
    }

    private static func pathFault(in path: Substring) -> String? {
        if let fault = PathText.fault(in: String(path)) { return fault }
        if path.contains("?") { return "a path of a database has no ?, which begins the parameters of other drivers" }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return name.isEmpty || name == "." || name == ".." ? "it names a folder, and not a file" : nil
    }
}
