import CPostgres

/// The address of a database, as its owner writes it:
/// `postgresql://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?sslmode=…`
/// (postgresql.org/docs/current/libpq-connect.html, "Connection URIs").
///
/// It prints without its secrets, so that logs may contain it.
package struct ConnectionAddress: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// A server that may have the database.
    package struct Host: Equatable, Sendable, CustomStringConvertible {
        /// A name, an address or the folder of a socket; `nil` for libpq's default.
        package let name: String?
        /// The IP address of `name`, if the owner gives one (`hostaddr`).
        let numericAddress: String?
        let port: String?

        /// `db1.example:5432`
        package var description: String {
            let name = name ?? numericAddress ?? "the default host"
            return port.map { "\(name):\($0)" } ?? name
        }
    }

    /// The reason why a text is no address, as a sentence about it. It quotes nothing of the text, which may contain a
    /// password.
    package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    struct Option: Equatable, Sendable {
        let keyword: String
        let value: String
        let isSecret: Bool
    }

    /// The servers that a connection is tried with, in this order; at least one.
    package let hosts: [Host]
    /// All other options.
    let options: [Option]

    /// The largest number of hosts. A connection is tried with each in turn, so more of them would outlast every
    /// deadline.
    package static let hostsMax = 16

    /// Returns true if a text is meant to be an address of PostgreSQL. libpq knows these schemes in small letters only.
    package static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// Reads an address.
    package init(_ text: String, with library: PostgresLibrary) throws(Fault) {
        guard Self.isAddress(text) else {
            throw Fault(description: "an address begins with postgresql:// or postgres://")
        }
        guard !text.utf8.contains(0) else { throw Fault(description: "an address has no U+0000") }
        var reason: UnsafeMutablePointer<CChar>?
        guard let list = library.functions.PQconninfoParse(text, &reason) else {
            defer { library.functions.PQfreemem(reason) }
            throw Self.fault(reason.map { String(cString: $0) } ?? "", of: text)
        }
        defer { library.functions.PQconninfoFree(list) }
        var all: [Option] = []
        var next = list
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val, value.pointee != 0 {
                let keyword = String(cString: keyword)
                let isMarked = next.pointee.dispchar.map { String(cString: $0).contains("*") } ?? false
                all.append(
                    Option(
                        keyword: keyword, value: String(cString: value),
                        isSecret: isMarked || Self.isSecret(keyword)))
            }
            next += 1
        }
        guard !all.contains(where: { $0.keyword == "replication" }) else {
            throw Fault(description: "it has the parameter replication, which Martlet does not take")
        }
        hosts = try Self.hosts(of: all)
        // If a password has an unescaped @ or /, libpq takes its rest for a host or a database, and logs would show
        // that.
        let database = all.first { $0.keyword == "dbname" }?.value ?? ""
        guard !hosts.contains(where: { ($0.name ?? "").dropFirst().contains("@") }),
            !database.contains("@") || text.contains("%40")
        else { throw Fault(description: "it has an @ after its host: \(Self.escapes)") }
        options = all.filter { !Self.hostKeywords.contains($0.keyword) }
    }

    func value(of keyword: String) -> String? { options.first { $0.keyword == keyword }?.value }

    package var database: String? { value(of: "dbname") }

    private static let hostKeywords = ["host", "hostaddr", "port"]

    /// Returns true for parameters that are secrets in some version of libpq, even if it does not mark them.
    private static func isSecret(_ keyword: String) -> Bool {
        ["password", "secret", "scram_"].contains { keyword.contains($0) }
    }

    /// libpq's own sentences quote the address with its password.
    private static func fault(_ reason: String, of text: String) -> Fault {
        let parameter = unknownParameter(in: text, reason).map { "the parameter \($0), which" } ?? "a parameter that"
        let reasons = [
            ("invalid URI query parameter", "it has \(parameter) libpq does not know"),
            ("percent-encoded", "it has a % that no two hexadecimal digits follow"),
            ("forbidden value %00", "it has a %00"),
            ("end of string reached when looking for matching \"]\"", "the ] of an IPv6 address is missing"),
            ("IPv6 host address", "the brackets have no IPv6 address in them"),
            ("key/value separator", "a parameter has no =, or more than one"),
        ]
        let found = reasons.first { reason.contains($0.0) }?.1
        return Fault(description: found ?? "libpq can't read it: \(escapes)")
    }

    /// The name that libpq quotes; `nil` if the name may be a part of a password, which may have a ? in it.
    private static func unknownParameter(in text: String, _ reason: String) -> String? {
        let quoted = reason.split(separator: "\"", omittingEmptySubsequences: false)
        guard quoted.count == 3, let mark = text.firstIndex(of: "?"), !text[mark...].contains("@") else { return nil }
        let name = quoted[1]
        // Without an @, a colon may have a password after it instead of a port: the host is missing then.
        let hosts = text[..<mark].split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        guard hosts.contains("@") || hosts.split(separator: ":").dropFirst().allSatisfy({ $0.allSatisfy(\.isNumber) })
        else { return nil }
        let isWord = !name.isEmpty && name.allSatisfy { $0.isLetter || $0 == "_" }
        return isWord && name.count <= parameterNameCharactersMax ? String(name) : nil
    }

    /// No name of a parameter of libpq is nearly as long.
    private static let parameterNameCharactersMax = 64

    private static let escapes = "in a user or a password, each of :/?#[]@% has to be a % and two digits"

    private static func hosts(of options: [Option]) throws(Fault) -> [Host] {
        func list(_ keyword: String) -> [String] {
            let value = options.first { $0.keyword == keyword }?.value ?? ""
            return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(names.count, addresses.count)
        guard count <= hostsMax else { throw Fault(description: "it has more than \(hostsMax) hosts") }
        guard [1, count].contains(ports.count), names.count == count || names == [""],
            addresses.count == count || addresses == [""]
        else { throw Fault(description: "the numbers of its hosts and of its ports differ") }
        for port in ports where !port.isEmpty {
            guard let number = Int(port), (1...65_535).contains(number) else {
                throw Fault(description: "a port is a number from 1 to 65535; \(escapes)")
            }
        }
        return (0..<count).map { index in
            func element(_ list: [String]) -> String? {
                let text = list.count == 1 && count > 1 ? list[0] : list[index]
                return text.isEmpty ? nil : text
            }
            return Host(name: element(names), numericAddress: element(addresses), port: element(ports))
        }
    }
}

extension ConnectionAddress {
    /// The address without its secrets.
    package var description: String {
        var text = "postgresql://"
        if let user = value(of: "user") { text += Self.encoded(user) + "@" }
        text += hosts.map(Self.text).joined(separator: ",")
        if let database { text += "/" + Self.encoded(database) }
        var parameters = options.filter { !$0.isSecret && !["user", "dbname"].contains($0.keyword) }
            .map { "\($0.keyword)=\(Self.encoded($0.value))" }
        let addresses = hosts.map { $0.numericAddress ?? "" }
        if addresses.contains(where: { !$0.isEmpty }) {
            parameters.insert("hostaddr=\(addresses.map(Self.encoded).joined(separator: ","))", at: 0)
        }
        return parameters.isEmpty ? text : text + "?" + parameters.joined(separator: "&")
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    private static func text(of host: Host) -> String {
        var text = ""
        if let name = host.name { text = name.contains(":") ? "[\(name)]" : encoded(name) }
        return host.port.map { "\(text):\($0)" } ?? text
    }

    /// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3).
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let character = Character(scalar)
            if scalar.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
