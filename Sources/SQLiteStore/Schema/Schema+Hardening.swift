extension Schema {
    /// Indexes and tables that keep one client from stopping the others.
    ///
    /// With `orders_unfinished_by_user`, the pipeline takes up one user's unfinished orders without reading those of
    /// others, and an upload counts its own user's. It replaces `orders_unfinished`, since each index makes an upload
    /// slower.
    ///
    /// `sign_in_places` contains ``SignInPlace`` values, a bounded number for each user. They distinguish a user from a
    /// guesser, even after a restart. `returned` is 1 if the user came back to a place. `sessions_by_user` finds the
    /// sessions of a user that would end first.
    static let hardening = """
        CREATE INDEX orders_unfinished_by_user ON orders (user_id) WHERE status < 2;
        DROP INDEX orders_unfinished;

        CREATE TABLE sign_in_places (
            user_id INTEGER NOT NULL REFERENCES users (id),
            place BLOB NOT NULL CHECK (length(place) IN (4, 8, 32)),
            used_at INTEGER NOT NULL,
            returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1)),
            PRIMARY KEY (user_id, place)
        ) STRICT, WITHOUT ROWID;

        DROP INDEX sessions_by_user;
        CREATE INDEX sessions_by_user ON sessions (user_id, expires_at);
        """
}
