import API
import HTTP

/// The name of the session's cookie.
enum CookieName {
    static let bytesMax = 64
    static let allowed =
        "a token of RFC 6265 of 1 to \(bytesMax) characters, other than \(GophermartAPI.deviceCookieName) and without $ at its start"

    /// Names that begin with `$` mean attributes to clients of RFC 2965.
    static func isValid(_ name: String) -> Bool {
        (1...bytesMax).contains(name.utf8.count) && HTTPToken.isValid(name) && name.first != "$"
            && name.lowercased() != GophermartAPI.deviceCookieName
    }

    /// Returns true if browsers take a cookie of the name over TLS only, and drop it silently otherwise (RFC 6265bis,
    /// section 4.1.3: `__Secure-` and `__Host-`; `__Http-` and `__Host-Http-` came later).
    static func needsTLS(_ name: String) -> Bool {
        ["__secure-", "__host-", "__http-"].contains { name.lowercased().hasPrefix($0) }
    }
}
