import Postgres

extension Schema {
    /// The tables by which several instances share a database.
    ///
    /// `shop` has one row: it orders the changes of the staff (each locks it), and has what is the same on all
    /// instances. `tag_epoch` is a part of each entity tag. `feeds` counts the logs of changes, so that each has ids of
    /// its own. `timeline` is the highest one on which an instance has written, of the cluster with this
    /// `system_identifier` (postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES). `rules_version` is
    /// not used any more; servers of the first schema count it up.
    ///
    /// `dispatcher` has the lease of the instance that asks the accrual system. Its times are those of the database.
    static let instances = """
        CREATE TABLE shop (
            id int8 PRIMARY KEY CHECK (id = 1),
            tag_epoch int8 NOT NULL,
            feeds int8 NOT NULL DEFAULT 0,
            rules_version int8 NOT NULL DEFAULT 1,
            system_identifier int8 NOT NULL DEFAULT 0,
            timeline int8 NOT NULL DEFAULT 0
        );

        \(CommitMarker.table);
        CREATE SEQUENCE instance_ids;

        CREATE TABLE dispatcher (
            id int8 PRIMARY KEY CHECK (id = 1),
            owner int8 NOT NULL,
            epoch int8 NOT NULL,
            until int8 NOT NULL,
            paused_until int8 NOT NULL DEFAULT 0,
            announced_per_minute int8
        );
        INSERT INTO dispatcher (id, owner, epoch, until) VALUES (1, 0, 0, 0);
        """

    /// The facts by which a restored database is recognized (``DatabaseState``), and those that commands show of the
    /// leader.
    ///
    /// `shop.database` is the number of the database in its cluster, and `written_by` the transaction that wrote the
    /// row, which each statement that writes it sets. `history` is a random number that changes when the database may
    /// have lost what was acknowledged; it is a part of each revision.
    ///
    /// `dispatcher.report` is the state of the pipeline of the leader, a JSON document. Until `receipts_until`, a
    /// server answers about receipts.
    static let history = """
        ALTER TABLE shop
            ADD COLUMN database int8 NOT NULL DEFAULT 0,
            ADD COLUMN written_by int8 NOT NULL DEFAULT 0,
            ADD COLUMN history int8 NOT NULL DEFAULT 0;
        ALTER TABLE dispatcher
            ADD COLUMN report text COLLATE "C",
            ADD COLUMN receipts_until int8 NOT NULL DEFAULT 0
        """
}
