extension Schema {
    /// To end all sessions of a user.
    static let sessionsByUser = "CREATE INDEX sessions_by_user ON sessions (user_id);"
}
