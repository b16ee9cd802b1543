@testable import HTTP

/// The bytes of a text: one for each scalar up to U+FF, and CRLF for `↵`.
func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { $0 == "↵" ? [0x0D, 0x0A] : [UInt8($0.value)] }
}

/// The text of bytes, with one scalar for each.
func text(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

/// The result of parsing a connection's bytes, in words:
///
/// * `POST /path 'body'` for a request, with `1.0` before the body if that is its version, and `close` if the
///   connection does not persist;
/// * the status, if the bytes are refused;
/// * `…`, if they end inside a request.
typealias Transcript = [String]

extension Request {
    var line: String {
        let version = isHTTP11 ? "" : " 1.0"
        let connection = keepsAlive ? "" : " close"
        let content = body.isEmpty ? "" : " '\(text(body))'"
        return "\(method.name) \(text(target))\(version)\(connection)\(content)"
    }
}
