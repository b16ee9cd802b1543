import CPostgres

extension Connection {
    /// Makes the handle by which another thread ends the connection's current statement with
    /// ``SQLState/cancelled``.
    ///
    /// It is for statements that read. A write must not be cancelled: if its commit waits for a standby, the server
    /// ends the wait and answers as after a commit that is safe (``CommitFate/after(warnings:)``).
    package func makeCancelHandle() throws(PostgresError) -> CancelHandle {
        guard let handle = library.functions.PQgetCancel(handle) else { throw refusal() }
        return CancelHandle(owning: handle, library)
    }
}

/// Ends the current statement of a connection, from any thread.
package final class CancelHandle: @unchecked Sendable {
    // Safe: libpq only reads the structure, until the last reference to this object is gone (libpq-cancel.html).
    private let handle: OpaquePointer
    private let library: PostgresLibrary

    fileprivate init(owning handle: OpaquePointer, _ library: PostgresLibrary) {
        self.handle = handle
        self.library = library
    }

    deinit {
        library.functions.PQfreeCancel(handle)
    }

    private static let reasonBytes = 256

    /// Asks the server to end the statement, over a connection of its own. It blocks until the server has taken the
    /// request, so an event loop must not call it. Returns false if the server can't be reached.
    @discardableResult
    package func cancel() -> Bool {
        var reason = [CChar](repeating: 0, count: Self.reasonBytes)
        return library.functions.PQcancel(handle, &reason, CInt(reason.count)) == 1
    }
}
