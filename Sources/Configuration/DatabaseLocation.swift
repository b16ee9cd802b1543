/// The location of a database, as a setting or an operand gives it.
package enum DatabaseLocation: Sendable, Equatable {
    /// The path of a file of SQLite.
    case file(String)
    /// The address of a database of PostgreSQL.
    case server(DatabaseAddress)

    package init(path: String) {
        self = .file(path)
    }

    /// Reads a path, `file:PATH` or `sqlite:PATH`, with or without two slashes before an absolute path, or an address
    /// that begins with `postgres://` or `postgresql://`. Returns `nil` for any other text.
    package init?(_ text: String) {
        if DatabaseAddress.isAddress(text) {
            guard DatabaseAddress.fault(in: text) == nil else { return nil }
            self = .server(DatabaseAddress(text: text))
            return
        }
        guard case .success(let path) = Self.path(of: text) else { return nil }
        self = .file(path)
    }

    /// Returns the reason why a text names no database, as a sentence about it; `nil` if it names one.
    package static func fault(in text: String) -> String? {
        if DatabaseAddress.isAddress(text) { return DatabaseAddress.fault(in: text) }
        guard case .failure(let fault) = path(of: text) else { return nil }
        return fault.reason
    }

    /// The path of the file; `nil` if the database is on a server.
    package var path: String? {
        guard case .file(let path) = self else { return nil }
        return path
    }

    /// The path, or the address without its secrets.
    package var printable: String {
        switch self {
        case .file(let path): path
        case .server(let address): address.description
        }
    }

    private struct Fault: Error {
        let reason: String
    }

    private static func path(of text: String) -> Result<String, Fault> {
        let (scheme, rest) = split(text)
        if let reason = RefusedValue.fault(in: text) ?? ForeignDatabase.fault(in: text, scheme: scheme) {
            return .failure(Fault(reason: reason))
        }
        let path: Substring
        switch scheme {
        case nil: path = text[...]
        case "file", "sqlite":
            if let reason = uriFault(in: rest, scheme ?? "") { return .failure(Fault(reason: reason)) }
            path = withoutAuthority(rest)
        case let scheme?:
            return .failure(
                Fault(reason: "\(scheme): is a scheme that Martlet does not know; a file of this name is ./…"))
        }
        if let reason = pathFault(in: path) { return .failure(Fault(reason: reason)) }
        return .success(String(path))
    }

    /// Returns the scheme of a URI in small letters, or `nil` if there is none, and the text after its colon (RFC 3986,
    /// section 3.1).
    private static func split(_ text: String) -> (scheme: String?, rest: Substring) {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isASCII, first.isLetter,
            text[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return (nil, text[...]) }
        return (text[..<colon].lowercased(), text[text.index(after: colon)...])
    }

    /// Refuses parts of a file's URI that Martlet does not interpret: it would open another file than SQLite's own
    /// programs do.
    private static func uriFault(in rest: Substring, _ scheme: String) -> String? {
        if rest.contains("?") || rest.contains("#") { return "after \(scheme): a path has no ? and no #" }
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
