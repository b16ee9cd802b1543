import Foundation
import Loyalty
import Posix
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

struct DatabaseFileTests {
    private let folder = TemporaryFolder()

    private func open(_ name: String = "test.db") throws(StoreError) -> LoyaltyStore {
        try LoyaltyStore(path: folder.file(name), clock: { TestClock().now }, log: .none, onFatalError: {})
    }

    @Test func otherAccountsMayNotReadTheFiles() async throws {
        try await Fixture.with(folder: folder) { fixture async throws in
            _ = try await fixture.addUser()
            for name in ["test.db", "test.db-wal", "test.db-shm", "test.db-lock"] {
                #expect(folder.mode(of: name) == 0o600, "\(name)")
            }
        }
    }

    @Test func aSecondServerIsRefused() throws {
        let store = try open()
        let error = #expect(throws: StoreError.self) { try open() }
        let words = "in use by another Martlet server; stop it, or name another file with -d."
        #expect(error?.description.hasSuffix(words) == true)
        // The first has not lost its locks by that.
        #expect(try store.writer.performAndWait { _ in 1 } == 1)
        store.stop()
        try open().stop()
    }

    @Test func aSecondNameOfTheFileIsTheSameFile() throws {
        let store = try open()
        defer { store.stop() }
        try folder.link("other.db", to: "test.db")
        #expect(throws: StoreError.self) { try open("other.db") }
    }

    @Test func aFileWithStrangeCharactersIsAFile() throws {
        for name in [":memory:", "a b?mode=memory#x", "naïve%20.db"] {
            try open(name).stop()
            #expect(folder.mode(of: name) == 0o600)
        }
    }

    @Test(arguments: ["", "none/test.db", "a\0b"])
    func aPathThatCanNotBeIsRefusedInASentence(name: String) throws {
        let path = name.isEmpty ? "" : folder.file(name)
        let error = #expect(throws: StoreError.self) {
            try LoyaltyStore(path: path, clock: { TestClock().now }, log: .none, onFatalError: {})
        }
        #expect(error?.description.hasSuffix(".") == true)
    }

    @Test func aFolderIsNotADatabase() throws {
        let inner = folder.file("folder")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        let error = #expect(throws: StoreError.self) {
            try LoyaltyStore(path: inner, clock: { TestClock().now }, log: .none, onFatalError: {})
        }
        #expect(error?.description.contains("can't be opened") == true)
    }

    @Test func stoppingLeavesOneFileAndTheLock() async throws {
        try await Fixture.with(folder: folder) { fixture async throws in _ = try await fixture.addUser() }
        #expect(folder.mode(of: "test.db") == 0o600)
        #expect(folder.mode(of: "test.db-wal") == nil)
        #expect(folder.mode(of: "test.db-shm") == nil)
    }

    @Test func theLibraryIsTold() throws {
        let recorder = LogLines()
        try LoyaltyStore(path: folder.file("x.db"), clock: { TestClock().now }, log: recorder.log, onFatalError: {})
            .stop()
        // If many tests run at once, the kernel may have no inotify instance left, which is another warning.
        let ofLibrary = { (level: Log.Level) in recorder.messages(from: level).filter { $0.hasPrefix("SQLite ") } }
        #expect(ofLibrary(.info).count == 1)
        #expect(ofLibrary(.info).first?.hasPrefix("SQLite \(SQLiteLibrary.version)") == true)
        // A library that can lose data is more than information.
        let hasResetBug = SQLiteLibrary.versionNumber < 3_051_003
        #expect(ofLibrary(.warning).count == (hasResetBug ? 1 : 0))
    }
}
