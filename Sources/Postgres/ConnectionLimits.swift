/// The limits of one connection.
package struct ConnectionLimits: Sendable {
    /// The time after which the next host is tried, unless the address has another `connect_timeout`. A host that hangs
    /// accepts connections and never answers.
    package var connectMillisecondsPerHost = 2_000
    /// The bytes that one answer may have. A server of ours answers a page of a list with 100 kB; a program that is no
    /// PostgreSQL could send without end.
    package var answerBytesMax = 64 << 20
    /// The notifications that are kept until they are taken. Each has 8,000 bytes at most (sql-notify.html).
    package var notificationsMax = 16_384

    package init() {}
}
