import HTTP

/// Origins that the owner allows, in the form of `Origin` (RFC 6454, section 7): `https://shop.example`,
/// `capacitor://localhost`.
package struct OriginList: Sendable {
    /// In small letters and without the scheme's default port, which browsers leave out.
    private let origins: [String]

    init(_ origins: [String]) {
        self.origins = origins.map { Self.withoutDefaultPort($0.lowercased()) }
    }

    var isEmpty: Bool { origins.isEmpty }

    func contains(_ origin: ArraySlice<UInt8>) -> Bool {
        origins.contains { origin.equalsIgnoringCase($0) }
    }

    private static func withoutDefaultPort(_ origin: String) -> String {
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }
}
