import Testing

@testable import SQLiteStore

struct LogOwnershipTests {
    @Test(arguments: [
        ("", "a b", true), ("a b\n", "a b", true), ("a b\n", "c d\n", true), ("a b\n", "c b\n", false),
        ("a b\n", "a d\n", false), ("a\n", "c b\n", true), ("a b c\n", "c b\n", true), ("a b\n", "- b\n", false),
        ("\0\0 \u{FFFD}", "a b\n", true),
    ])
    func aLogBelongsToItsDatabaseUnlessOneOfThemWasReplaced(
        recorded: String, present: String, isPlausible: Bool
    ) {
        #expect(LogOwnership.isPlausible(recorded: recorded, present: present) == isPlausible)
    }

    @Test(arguments: [
        ("a b overwritten\n", "a b", true), ("a b overwritten\n", "a -", true), ("a b overwritten\n", "c b", false),
        ("a b\n", "a b", false), ("", "a b", false), ("a b other\n", "a b", false),
    ])
    func anOverwrittenDatabaseIsRefusedUntilAnotherFileTakesItsPlace(
        recorded: String, present: String, isOverwritten: Bool
    ) {
        #expect(LogOwnership.isOverwritten(recorded: recorded, present: present) == isOverwritten)
        #expect(LogOwnership.isPlausible(recorded: LogOwnership.overwritten(recorded), present: present))
    }
}
