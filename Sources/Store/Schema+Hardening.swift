extension Schema {
    /// What keeps one client from stopping the others.
    ///
    /// `orders_unfinished_by_user` lets the pipeline take up one user's unfinished orders without reading those of others, and
    /// lets an upload count its own user's.
    static let hardening = """
        CREATE INDEX orders_unfinished_by_user ON orders (user_id) WHERE status < 2;
        """
}
