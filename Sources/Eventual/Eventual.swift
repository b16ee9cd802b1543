/// A value that is there already, or one that has to be waited for.
///
/// A store that reads from memory or from a local file answers ``now(_:)``, and no task is made. A store that asks a
/// server answers ``later(_:)``; the request then waits, as one that writes does.
///
/// Why not an `async` function everywhere: each request would then be a task with two jobs for the executor, even if it
/// has nothing to wait for. With ``now(_:)`` the path is a switch over an enum. ``map(_:)`` and ``then(_:)`` take
/// escaping closures; the most frequent requests are better served by `if case .now(let value)`.
package enum Eventual<Value, Failure: Error> {
    case now(Value)
    /// The function is called once, and returns the value after waiting for something that another thread does, such as
    /// a write to the disk. Everything that the function captures stays in memory until then, so it should capture
    /// little.
    ///
    /// Wait with ``get()``: to bind the function in a pattern crashes Swift 6.3.1 if `Failure` is `Never`.
    case later(() async throws(Failure) -> Value)

    /// The value that `transform` makes of this one, as soon as this one is there.
    ///
    /// - Throws: an error of `transform`, if the value is there already; else ``get()`` throws it.
    @inlinable
    package func map<Other>(
        _ transform: @escaping (Value) throws(Failure) -> Other
    ) throws(Failure) -> Eventual<Other, Failure> {
        switch self {
        case .now(let value): .now(try transform(value))
        case .later(let value): .later { () async throws(Failure) in try transform(try await value()) }
        }
    }

    /// The value that `next` leads to from this one. It is there already if both are.
    ///
    /// - Throws: an error of `next`, if this value is there already; else ``get()`` throws it.
    @inlinable
    package func then<Other>(
        _ next: @escaping (Value) throws(Failure) -> Eventual<Other, Failure>
    ) throws(Failure) -> Eventual<Other, Failure> {
        switch self {
        case .now(let value): try next(value)
        case .later(let value): .later { () async throws(Failure) in try await next(try await value()).get() }
        }
    }

    /// The value, after waiting for it if it is not there yet.
    @inlinable
    package func get() async throws(Failure) -> Value {
        switch self {
        case .now(let value): value
        case .later(let value): try await value()
        }
    }
}
