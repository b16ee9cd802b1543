import Posix
import Synchronization

/// A lookup of a host's name, on a thread of its own. The resolver has only its own limits (resolv.conf(5)): with a
/// name server that does not answer, it takes many times as long as a client waits.
///
/// A lookup goes on after the deadlines of its callers, and those that ask for the same name meanwhile wait for it. So
/// there is one thread for each name of an address at most.
final class NameLookup: Sendable {
    typealias Resolve = @Sendable (_ name: String) throws(PostgresError) -> [String]

    private let result = Mutex<Result<[String], PostgresError>?>(nil)
    /// Closed when the result is there; nothing is put into it.
    private let end = BlockingQueue<Never>(capacity: 1)

    /// The lookups under way, and their threads.
    private static let current = Mutex<[String: (lookup: NameLookup, thread: Thread)]>([:])

    private init() {}

    /// Returns the addresses of a host in the order in which they are to be tried.
    static func addresses(
        of name: String, until deadline: Deadline, by resolve: @escaping Resolve = NameLookup.resolve,
        startThread: Thread.Start = Thread.start
    ) throws(PostgresError) -> [String] {
        let lookup = try current.withLock { current throws(PostgresError) -> NameLookup in
            if let known = current[name] { return known.lookup }
            let lookup = NameLookup()
            do throws(SystemError) {
                let thread = try startThread("resolver") { lookup.run(name, resolve) }
                current[name] = (lookup, thread)
            } catch {
                throw PostgresError(.unreachable(nil), "its name can't be looked up: \(error)")
            }
            return lookup
        }
        let isThere = lookup.end.takeSeveral(limit: 1, withinMilliseconds: deadline.millisecondsLeft) == nil
        guard isThere, let result = lookup.result.withLock({ $0 }) else {
            throw PostgresError(.unreachable(nil), "the name of the host was not found in time")
        }
        remove(lookup, of: name)
        return try result.get()
    }

    private func run(_ name: String, _ resolve: Resolve) {
        let found: Result<[String], PostgresError>
        do throws(PostgresError) { found = .success(try resolve(name)) } catch { found = .failure(error) }
        result.withLock { $0 = found }
        end.close()
    }

    /// The first caller that has the result ends the lookup, so that the next call begins a new one.
    private static func remove(_ lookup: NameLookup, of name: String) {
        let thread = current.withLock { current -> Thread? in
            guard let known = current[name], known.lookup === lookup else { return nil }
            current[name] = nil
            return known.thread
        }
        thread?.join()
    }

    /// The addresses of a name, at least one.
    static func resolve(_ name: String) throws(PostgresError) -> [String] {
        do throws(Endpoint.ResolutionError) {
            return try Endpoint.resolve(host: name, port: 0).map(\.numericHost)
        } catch {
            throw PostgresError(.unreachable(nil), "its name is not found: \(error.reason)")
        }
    }
}
