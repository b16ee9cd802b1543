import CPostgres
import Glibc

/// Bulk transfers of whole tables (sql-copy.html).
extension Connection {
    /// Runs a `COPY … TO STDOUT` and hands each row to `body`, in the format that the statement names.
    package mutating func copyOut(
        _ sql: String, until deadline: Deadline, _ body: (UnsafeRawBufferPointer) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        try beginCopy(sql, PGRES_COPY_OUT, until: deadline)
        var row: UnsafeMutablePointer<CChar>?
        while true {
            let length = library.functions.PQgetCopyData(handle, &row, 1)
            switch length {
            case 1...:
                guard let row else { throw ending(refusal()) }
                defer { library.functions.PQfreemem(row) }
                do throws(PostgresError) {
                    try body(UnsafeRawBufferPointer(start: row, count: Int(length)))
                } catch {
                    // The connection can't be used any more, since the other rows are not read.
                    throw ending(error)
                }
                inbox.beginAnswer()
            case 0:
                try wait(for: Int16(POLLIN), until: deadline)
                try consume()
            case -1: return try endCopy(until: deadline)
            default: throw ending(refusal())
            }
        }
    }

    /// Runs a `COPY … FROM STDIN` with the pieces that `piece` returns, until it returns `nil`. The pieces may be cut
    /// anywhere.
    package mutating func copyIn(
        _ sql: String, until deadline: Deadline, _ piece: () throws(PostgresError) -> [UInt8]?
    ) throws(PostgresError) {
        try beginCopy(sql, PGRES_COPY_IN, until: deadline)
        do throws(PostgresError) {
            while let piece = try piece() {
                let sent = piece.withUnsafeBytes { bytes in
                    library.functions.PQputCopyData(
                        handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(bytes.count))
                }
                guard sent == 1 else { throw refusal() }
                // libpq would keep in memory what the server does not take.
                try flush(until: deadline)
            }
        } catch {
            // An unfinished copy must not become a finished one.
            throw ending(error)
        }
        guard library.functions.PQputCopyEnd(handle, nil) == 1 else { throw ending(refusal()) }
        try flush(until: deadline)
        try endCopy(until: deadline)
    }

    private mutating func beginCopy(
        _ sql: String, _ status: ExecStatusType, until deadline: Deadline
    ) throws(PostgresError) {
        try leavePipeline()
        guard library.functions.PQsendQuery(handle, sql) == 1 else { throw ending(refusal()) }
        try flush(until: deadline)
        guard let result = try receive(until: deadline) else {
            throw ending(PostgresError(.protocolViolation, "an answer is missing"))
        }
        defer { library.functions.PQclear(result) }
        guard library.functions.PQresultStatus(result) != status else { return }
        guard library.functions.PQresultStatus(result) == PGRES_FATAL_ERROR else {
            throw ending(PostgresError(.protocolViolation, "the server does not begin to copy"))
        }
        let error = failure(result, of: .statement("COPY", hasRows: false))
        guard !error.isEndOfConnection else { throw ending(error) }
        try endCopy(until: deadline)
        throw error
    }

    /// Reads the end of a copy.
    private mutating func endCopy(until deadline: Deadline) throws(PostgresError) {
        var failed: PostgresError?
        while let result = try receive(until: deadline) {
            defer { library.functions.PQclear(result) }
            guard library.functions.PQresultStatus(result) != PGRES_COMMAND_OK else { continue }
            let error = failure(result, of: .statement("COPY", hasRows: false))
            guard !error.isEndOfConnection else { throw ending(error) }
            failed = failed ?? error
        }
        try enterPipeline()
        if let failed { throw failed }
    }
}
