import HTTP
import Loyalty
import Storage

/// Answers about a user that were read and written out, for clients that ask again and again whether something has changed.
/// An answer holds for as long as nothing of its user changes.
final class AnswerCache {
    struct Key: Hashable {
        let user: UserID
        /// Which of the routes.
        let route: Int
        let isPacked: Bool
        /// What of it was asked for, and which forms are liked.
        let selection: [UInt8]
    }

    private struct Entry {
        let response: Response
        let version: ReadVersion
        let bytes: Int
    }

    /// Longer ones are not asked again.
    private static let selectionBytesMax = 256
    /// What one event loop keeps. Over it everything is forgotten: each answer costs one read to have again.
    private static let bytesMax = 4 * 1024 * 1024
    /// What an entry costs besides its body, about.
    private static let bytesPerEntry = 512

    private let versions: any ReadVersions
    private var entries: [Key: Entry] = [:]
    private var bytes = 0

    init(versions: any ReadVersions) {
        self.versions = versions
    }

    func response(for key: Key) -> Response? {
        guard let entry = entries[key], versions.isCurrent(entry.version, of: key.user) else { return nil }
        return entry.response
    }

    /// `version` was taken before the answer was read. A body that is made while it is sent is read anew each time.
    func insert(_ response: Response, for key: Key, version: ReadVersion) {
        guard case .bytes(let body) = response.body, key.selection.count <= Self.selectionBytesMax else { return }
        if let replaced = entries[key] { bytes -= replaced.bytes }
        let entry = Entry(response: response, version: version, bytes: body.count + Self.bytesPerEntry)
        bytes += entry.bytes
        if bytes > Self.bytesMax {
            entries.removeAll()
            bytes = entry.bytes
        }
        entries[key] = entry
    }
}
