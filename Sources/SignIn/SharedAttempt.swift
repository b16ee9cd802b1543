import Loyalty

/// An attempt that a server counted, as it tells the other servers of its store.
///
/// A login is sent as a digest: a person may have typed a password in its place. An attempt from a known device is not
/// sent, since it would need the device's cookie: each server counts those alone.
enum SharedAttempt: Equatable {
    /// - Parameter login: the first bytes of a digest.
    case signIn(_ login: [UInt8], AttemptSource, isKnown: Bool, hasSucceeded: Bool)
    case registration(ClientNetwork)

    static let loginDigestBytes = 16

    private enum Kind {
        static let signIn: UInt8 = 1
        static let registration: UInt8 = 2
    }

    private enum SourceKind {
        static let ipv4: UInt8 = 4
        static let ipv6: UInt8 = 6
        static let session: UInt8 = 2
    }

    /// The attempt as bytes: its kind; for a sign-in, two flags and the digest; and the source, as its kind and its
    /// bytes. `nil` if the attempt is not sent.
    var bytes: [UInt8]? {
        switch self {
        case .registration(let network): return Self.bytes(of: .network(network)).map { [Kind.registration] + $0 }
        case .signIn(let login, let source, let isKnown, let hasSucceeded):
            let flags: UInt8 = (isKnown ? 1 : 0) | (hasSucceeded ? 2 : 0)
            return Self.bytes(of: source).map { [Kind.signIn, flags] + login + $0 }
        }
    }

    /// Returns `nil` for bytes that this version does not send.
    init?(_ bytes: [UInt8]) {
        switch bytes.first {
        case Kind.registration:
            guard case .network(let network)? = Self.source(bytes.dropFirst()) else { return nil }
            self = .registration(network)
        case Kind.signIn:
            let end = 2 + Self.loginDigestBytes
            guard bytes.count > end, bytes[1] < 4, let source = Self.source(bytes[end...]) else { return nil }
            self = .signIn(
                Array(bytes[2..<end]), source, isKnown: bytes[1] & 1 != 0, hasSucceeded: bytes[1] & 2 != 0)
        default: return nil
        }
    }

    private static func bytes(of source: AttemptSource) -> [UInt8]? {
        switch source {
        case .network(.ipv4(let address)): [SourceKind.ipv4] + bigEndian(UInt64(address), byteCount: 4)
        case .network(.ipv6(let prefix)): [SourceKind.ipv6] + bigEndian(prefix, byteCount: 8)
        case .device: nil
        case .session(let session): [SourceKind.session] + session.bytes
        }
    }

    private static func source(_ bytes: ArraySlice<UInt8>) -> AttemptSource? {
        let rest = bytes.dropFirst()
        switch bytes.first {
        case SourceKind.ipv4 where rest.count == 4: return .network(.ipv4(UInt32(number(rest))))
        case SourceKind.ipv6 where rest.count == 8: return .network(.ipv6(prefix: number(rest)))
        case SourceKind.session where rest.count == SessionID.byteCount: return .session(SessionID(bytes: Array(rest)))
        default: return nil
        }
    }

    private static func bigEndian(_ number: UInt64, byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
