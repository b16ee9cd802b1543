import Glibc

@testable import HTTP

/// A head, parsed by the grammar alone, for ``NaiveReader``.
struct NaiveHead {
    /// All statuses that are right for the head; empty for a valid one.
    private(set) var faults: Set<String> = []
    /// The request without its body, as in a ``Transcript``.
    private(set) var line = ""
    private(set) var length = 0
    private(set) var isChunked = false

    private typealias Field = (name: String, value: String)

    private let limits: Limits
    private var fields: [Field] = []

    init(lines: [String], limits: Limits) {
        self.limits = limits
        let pattern = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (.+) HTTP\/([0-9])\.([0-9])/
            .matchingSemantics(.unicodeScalar).dotMatchesNewlines()
        let read = Self.fields(of: lines.dropFirst(), limits: limits)
        faults = read.faults
        guard let match = lines[0].wholeMatch(of: pattern) else {
            faults.insert("400")
            return
        }
        let (method, version) = (String(match.1), String(match.4))
        if match.3 != "1" { faults.insert("505") }
        if !["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"].contains(method) {
            faults.insert("501")
        }
        let target = Self.target(String(match.2), method)
        if target == nil { faults.insert("400") }
        fields = read.fields
        guard faults.isEmpty else { return }
        checkHost(version)
        checkFraming(version)
        if version != "0", !elements("expect").allSatisfy({ $0 == "100-continue" }) { faults.insert("417") }
        let options = elements("connection")
        let keepsAlive = !options.contains("close") && (version != "0" || options.contains("keep-alive"))
        line = "\(method) \(target ?? "")\(version == "0" ? " 1.0" : "")\(keepsAlive ? "" : " close")"
    }

    static func fields(
        of lines: some Collection<String>, limits: Limits
    ) -> (fields: [(name: String, value: String)], faults: Set<String>) {
        let pattern = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*((?:[^ \t](?:.*[^ \t])?)?)[ \t]*/
            .matchingSemantics(.unicodeScalar).dotMatchesNewlines()
        var faults: Set<String> = lines.count > limits.headFieldsMax ? ["431"] : []
        var fields: [Field] = []
        for line in lines {
            if let match = line.wholeMatch(of: pattern), !Scalars(line.unicodeScalars).hasControl(but: 0) {
                fields.append((match.1.lowercased(), String(match.2)))
            } else {
                faults.insert("400")
            }
        }
        return (fields, faults)
    }

    private func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    private func elements(_ name: String) -> [String] {
        values(name).flatMap { $0.lowercased().split(separator: ",") }.map { $0.trimmingPrefix { " \t".contains($0) } }
            .map { String($0.reversed().trimmingPrefix { " \t".contains($0) }.reversed()) }.filter { !$0.isEmpty }
    }

    private static func target(_ target: String, _ method: String) -> String? {
        let path = /\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@\/?]|%[0-9A-Fa-f]{2})*/.matchingSemantics(.unicodeScalar)
        let absolute = /[hH][tT][tT][pP][sS]?:\/\/([^\/?]*)(.*)/
            .matchingSemantics(.unicodeScalar).dotMatchesNewlines()
        if target == "*" { return method == "OPTIONS" ? target : nil }
        if target.wholeMatch(of: path) != nil { return target }
        guard let match = target.wholeMatch(of: absolute), isHost(String(match.1)) else { return nil }
        if match.2.isEmpty { return method == "OPTIONS" ? "*" : "/" }
        let rest = match.2.hasPrefix("/") ? String(match.2) : "/\(match.2)"
        return rest.wholeMatch(of: path) == nil ? nil : rest
    }

    static func isHost(_ host: String) -> Bool {
        let name = /(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+(?::([0-9]{0,5}))?/
            .matchingSemantics(.unicodeScalar)
        let literal = /\[([0-9A-Fa-f:.]+)\](?::([0-9]{0,5}))?/.matchingSemantics(.unicodeScalar)
        if let match = host.wholeMatch(of: name) { return Int(match.1 ?? "").map { $0 <= 65_535 } ?? true }
        guard let match = host.wholeMatch(of: literal) else { return false }
        return isIPv6Address(String(match.1)) && (Int(match.2 ?? "").map { $0 <= 65_535 } ?? true)
    }

    /// Uses the C library.
    static func isIPv6Address(_ address: String) -> Bool {
        var parsed = in6_addr()
        return inet_pton(AF_INET6, address, &parsed) == 1
    }

    private mutating func checkHost(_ version: String) {
        let hosts = values("host")
        let isMissing = hosts.isEmpty && version != "0"
        if hosts.count > 1 || isMissing || !hosts.allSatisfy(Self.isHost) { faults.insert("400") }
    }

    private mutating func checkFraming(_ version: String) {
        let (codings, lengths) = (values("transfer-encoding"), values("content-length"))
        if codings.map({ $0.lowercased() }) == ["chunked"], lengths.isEmpty, version != "0" {
            isChunked = true
        } else if !codings.isEmpty {
            let names = elements("transfer-encoding")
            let isUnknown = names.contains { $0 != "chunked" } && !names.dropLast().contains("chunked")
            faults.insert(isUnknown && lengths.isEmpty && version != "0" ? "501" : "400")
        } else if let first = lengths.first {
            let digits = first.drop { $0 == "0" }
            length = digits.count > 12 ? Int.max : Int(digits) ?? 0
            if lengths.count > 1 || first.wholeMatch(of: /[0-9]+/.matchingSemantics(.unicodeScalar)) == nil {
                faults.insert("400")
            } else if length > limits.bodyBytesMax {
                faults.insert("413")
            }
        }
    }
}
