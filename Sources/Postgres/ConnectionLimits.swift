/// The limits of one connection.
package struct ConnectionLimits: Sendable {
    /// The longest time for one host and the caller's check of it, unless the address has another `connect_timeout`. A
    /// host that hangs accepts connections and never answers; a busy one takes a second or two to start a session and
    /// to check a password. Other clients of PostgreSQL wait 10 to 15 seconds, and libpq without end.
    ///
    /// The deadline bounds it too: a host, or each address of its name, has an even share of the time that is left for
    /// it and those after it, but 2 s at least. One whose share was too short is tried once more with the time that is
    /// left after all others.
    package var connectMillisecondsPerHost = 5_000
    /// The bytes that one answer may have. A page of a list takes 100 kB; a program that is not PostgreSQL could send
    /// without end.
    package var answerBytesMax = 64 << 20
    /// The notifications that are kept until they are taken. Each has 8,000 bytes at most (sql-notify.html).
    package var notificationsMax = 16_384

    package init() {}
}
