import Testing

@testable import SQLiteStore

struct BackupLeftoverTests {
    private static let ours: [UInt8] = head("SQLite format 3\0", id: [0x4D, 0x52, 0x54, 0x4C])

    private static func head(_ magic: String, id: [UInt8]) -> [UInt8] {
        let magic = Array(magic.utf8)
        return magic + [UInt8](repeating: 1, count: BackupLeftovers.applicationIDOffset - magic.count) + id
    }

    @Test(arguments: [
        (ours, true, true), (ours, false, true), ([], true, true), ([UInt8](repeating: 0, count: 72), true, true),
        // Others' files, be they empty, short, or databases of another program.
        ([], false, false), ([UInt8](repeating: 0, count: 72), false, false), ([1, 2, 3], true, false),
        (Array(ours.dropLast()), true, false), (head("SQLite format 3\0", id: [0, 0, 0, 1]), true, false),
        (head("SQLite format 4\0", id: [0x4D, 0x52, 0x54, 0x4C]), true, false),
    ])
    func onlyOurOwnPartialFilesAreLeftovers(head: [UInt8], hasJournal: Bool, isLeftover: Bool) {
        #expect(BackupLeftovers.isLeftover(head: head, hasJournal: hasJournal) == isLeftover)
    }
}
