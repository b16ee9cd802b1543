import Loyalty

/// Tells by the bytes of a text in the database whether Martlet itself would have stored it. Another program that
/// writes to the database could store others.
package enum StoredText {
    package static func isOrderNumber(_ bytes: [UInt8]) -> Bool {
        guard let number = try? OrderNumber(parsing: bytes) else { return false }
        return number.digits.utf8.count == bytes.count
    }

    package static func isLogin(_ bytes: [UInt8]) -> Bool { isText(bytes, 1...Login.bytesMax) }

    package static func isMatch(_ bytes: [UInt8]) -> Bool { isText(bytes, 1...RewardRule.matchBytesMax) }

    package static func isAuthor(_ bytes: [UInt8]) -> Bool { isText(bytes, 1...authorBytesMax) }

    package static func isReason(_ bytes: [UInt8]) -> Bool { isText(bytes, 0...LedgerNote.reasonBytesMax) }

    package static func isStaffName(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return (try? StaffName(text)) != nil
    }

    package static func isAddress(_ bytes: [UInt8]) -> Bool { isText(bytes, 0...Actor.addressBytesMax) }

    package static func isAction(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self).flatMap(StaffAction.Name.init) != nil
    }

    package static func isSubject(_ bytes: [UInt8]) -> Bool { isText(bytes, 0...StaffAction.subjectBytesMax) }

    /// The author of a ledger entry is the name of a system account, which is far shorter on every system.
    private static let authorBytesMax = 1024

    /// Ids are counted up from 1, and JSON readers take no greater integer exactly (RFC 8259, section 6). No server
    /// ever counts this far. With the greatest id that SQLite has, the next insert would get a random one, and lists
    /// would lose their order (sqlite.org/autoinc.html).
    package static let idMax: Int64 = 9_007_199_254_740_991

    private static func isText(_ bytes: [UInt8], _ length: ClosedRange<Int>) -> Bool {
        length.contains(bytes.count) && String(validating: bytes, as: UTF8.self) != nil
    }
}
