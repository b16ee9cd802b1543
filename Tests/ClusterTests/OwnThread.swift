import TestSupport
import Testing

/// Gives each test a thread of its own. A test that blocks would otherwise take one of the few threads that all tests
/// share (one for each core), and the others would wait.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let thread = LoopThread()
        let result: Result<Void, any Error>
        do {
            try await withTaskExecutorPreference(thread) { try await body() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        thread.stop()
        try result.get()
    }
}

extension Trait where Self == OwnThread {
    static var onOwnThread: Self { OwnThread() }
}
