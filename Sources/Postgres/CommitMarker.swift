/// The row by which an instance decides if a transaction was committed although the answer to its commit was lost.
///
/// After a lost connection, the server may still be executing the transaction, or may not even have read it. Looking at
/// what the transaction wrote is not enough: it may be committed right after the look. Of 1,500 cut transactions, a
/// look decided 426 wrongly, and a look that waits for the old transaction's locks 11. So the instance has a row, and:
///
/// 1. The first statement of each transaction (``note``) writes the transaction's number into the row, and fails unless
///    the row has the instance's epoch.
/// 2. After a reconnect, ``raiseEpoch`` counts up the epoch. It waits for an old transaction that holds the row, and an
///    old transaction that begins later fails. The number in the row then says which transaction was the last to be
///    committed, for good.
package struct CommitMarker: Sendable {
    /// The instance's row.
    package let instance: Int64
    package private(set) var epoch: Int64
    /// The number of the last transaction that was begun.
    package private(set) var transaction: Int64

    /// - Parameters:
    ///   - epoch: the epoch of the row, which this instance alone has raised.
    ///   - transaction: the number in the row.
    package init(instance: Int64, epoch: Int64, transaction: Int64) {
        (self.instance, self.epoch, self.transaction) = (instance, epoch, transaction)
    }

    /// The table of the rows. An instance rewrites its row with each of its transactions, so pages keep room for new
    /// versions.
    package static let table = """
        CREATE TABLE instances (
            id int8 PRIMARY KEY,
            epoch int8 NOT NULL,
            transaction int8 NOT NULL,
            seen_at int8 NOT NULL
        ) WITH (fillfactor = 50)
        """

    /// Writes the transaction's number. Fails with ``SQLState/divisionByZero`` if the row has another epoch, so that
    /// the server skips the rest of the transaction.
    package static let note = PreparedStatement(
        "note transaction",
        """
        WITH noted AS (
            UPDATE instances SET transaction = $1, seen_at = $2 WHERE id = $3 AND epoch = $4 RETURNING 1
        )
        SELECT 1 / count(*) FROM noted
        """, .integer, .integer, .integer, .integer)

    /// Counts up the epoch, and returns it with the number of the last committed transaction. Returns no row if another
    /// process has raised the epoch.
    package static let raiseEpoch = PreparedStatement(
        "raise epoch",
        "UPDATE instances SET epoch = epoch + 1 WHERE id = $1 AND epoch = $2 RETURNING epoch, transaction",
        .integer, .integer)

    /// Begins the next transaction: sends ``note``, whose answer comes first.
    ///
    /// - Parameter now: in milliseconds since 1970.
    package mutating func begin(on connection: inout Connection, at now: Int64) throws(PostgresError) {
        // A number only has to differ from the one before it, and a damaged row may have the greatest.
        transaction &+= 1
        var parameters = Parameters()
        parameters.add(transaction)
        parameters.add(now)
        parameters.add(instance)
        parameters.add(epoch)
        try connection.send(Self.note, parameters)
    }

    /// Decides on a new connection what became of the last transaction. Until this returns, no other transaction may
    /// begin.
    ///
    /// If the answer to this statement is lost too, no later call can decide any more. The store's `EpochFence` can.
    ///
    /// - Returns: ``CommitFate/committed`` or ``CommitFate/nothingHappened``; ``CommitFate/inDoubt`` if another process
    ///   took the row over, so that the number in it may not be this instance's.
    package mutating func decide(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> CommitFate {
        var parameters = Parameters()
        parameters.add(instance)
        parameters.add(epoch)
        let row = try connection.run(Self.raiseEpoch, parameters, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                (epoch: try row.integer(0), transaction: try row.integer(1))
            }
        }
        guard let row else { return .inDoubt }
        epoch = row.epoch
        return row.transaction == transaction ? .committed : .nothingHappened
    }
}
