import Loyalty

/// The responses to idempotent requests, kept for a day.
extension ShopTransaction {
    /// The response that was kept for the key; `nil` if there is none, or if its day is over.
    func keptResponse(
        to request: IdempotentRequest, of staff: StaffID, at now: Timestamp
    ) throws(Failure) -> (response: StoredResponse, isSameRequest: Bool)? {
        try first(
            """
            SELECT request_hash, status, body FROM kept_responses
            WHERE staff_id = ? AND key_hash = ? AND created_at > ?
            """, staff.rawValue, request.key, now.milliseconds - IdempotentRequest.lifetimeMilliseconds
        ) { row throws(BadValue) in
            let (status, body) = (row.integer(1), row.bytes(2))
            guard (100...599).contains(status), (1...StoredResponse.bytesMax).contains(body.count) else {
                throw BadValue("a kept response")
            }
            return (StoredResponse(status: Int(status), body: body), row.bytes(0) == request.request)
        }
    }

    /// Keeps a response in the place of an expired one, and forgets the oldest responses if there are too many.
    func keep(
        _ response: StoredResponse, to request: IdempotentRequest, of staff: StaffID, at now: Timestamp
    ) throws(Failure) {
        try run("DELETE FROM kept_responses WHERE staff_id = ? AND key_hash = ?", staff.rawValue, request.key)
        let id = try first(
            """
            INSERT INTO kept_responses (staff_id, key_hash, request_hash, status, body, created_at)
            VALUES (?, ?, ?, ?, ?, ?) RETURNING id
            """, staff.rawValue, request.key, request.request, Int64(response.status), response.body, now.milliseconds
        ) { row in row.integer(0) }
        // Ids grow, so that this removes one row at most if it is done each time.
        try run("DELETE FROM kept_responses WHERE id <= ?", (id ?? 0) - Int64(IdempotentRequest.keptMax))
    }

    /// Removes a batch of responses whose day is over. Returns the number of removed ones.
    func sweepKeptResponses(at now: Timestamp, limit: Int) throws(Failure) -> Int {
        try run(
            """
            DELETE FROM kept_responses WHERE id IN
                (SELECT id FROM kept_responses WHERE created_at <= ? ORDER BY created_at LIMIT ?)
            """, now.milliseconds - IdempotentRequest.lifetimeMilliseconds, Int64(limit))
    }
}
