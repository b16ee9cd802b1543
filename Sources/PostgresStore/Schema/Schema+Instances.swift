import Postgres

extension Schema {
    /// The tables by which several instances share a database.
    ///
    /// `shop` has one row: it orders the changes of the staff (each locks it), and has what is the same on all
    /// instances. `tag_epoch` is a part of each entity tag, `feeds` counts the runs of instances, so that each has ids
    /// of changes of its own, `rules_version` grows with each exclusive change, and `timeline` is the highest
    /// one on which an instance has written, of the cluster with this `system_identifier`
    /// (postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES).
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
}
