/// One suspended task that will be resumed exactly once, from any thread.
///
/// The checked continuations of the standard library allocate and lock for each suspension, which a request pays twice.
@safe package struct Resumption<Value: Sendable>: Sendable {
    private let continuation: UnsafeContinuation<Value, Never>

    /// Resumes the task; called exactly once.
    package func resume(returning value: Value) {
        unsafe continuation.resume(returning: value)
    }

    /// Suspends the task and passes its resumption to `body`, which resumes it or keeps it for later.
    package static func suspend(_ body: (Resumption<Value>) -> Void) async -> Value {
        await withUnsafeContinuation { continuation in
            body(unsafe Resumption(continuation: continuation))
        }
    }
}
