import SQLite
import SharedStore

extension PendingFigures {
    /// Adds the figures to those of the table.
    func store(in database: Database) throws(SQLiteError) {
        for quarter in quarters {
            try database.run(
                """
                INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET customers = customers + excluded.customers, orders = orders + excluded.orders,
                    granted = CAST(granted + excluded.granted AS INTEGER),
                    spent = CAST(spent + excluded.spent AS INTEGER),
                    returned = CAST(returned + excluded.returned AS INTEGER),
                    refunded = CAST(refunded + excluded.refunded AS INTEGER),
                    given = CAST(given + excluded.given AS INTEGER), taken = CAST(taken + excluded.taken AS INTEGER)
                """, quarter.number, quarter.customers, quarter.orders, quarter.granted, quarter.spent,
                quarter.returned, quarter.refunded, quarter.given, quarter.taken)
        }
    }
}
