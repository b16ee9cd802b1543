extension Schema {
    /// The index by which all sessions of a user end.
    static let sessionsByUser = "CREATE INDEX sessions_by_user ON sessions (user_id);"
}
