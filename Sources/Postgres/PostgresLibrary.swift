import CPostgres
import Glibc

/// libpq, the client library of PostgreSQL, loaded only when it is needed, so that a server that keeps its data in a
/// file starts even if libpq is not installed (dlopen(3)).
package final class PostgresLibrary: Sendable {
    // These are immutable addresses of functions that libpq allows on any thread, if each connection is used by
    // one thread at a time (postgresql.org/docs/current/libpq-threading.html).
    let functions: martlet_pq

    /// The library, or a function of it, is missing. The sentence says which package provides it.
    package struct LoadError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private static let fileName = "libpq.so.5"
    private static let whereToFindIt = "Debian has it in the package libpq5"
    /// The first version that has pipelines.
    private static let versionMin: CInt = 140_000

    private init(_ functions: martlet_pq) {
        self.functions = functions
    }

    /// Loads the library for the rest of the process.
    ///
    /// - Parameter file: The name of the library's file, which the dynamic linker looks for.
    package static func load(_ file: String = fileName) throws(LoadError) -> PostgresLibrary {
        guard let library = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
            throw LoadError(
                description: "\(file) is needed for a database of PostgreSQL and can't be loaded; \(whereToFindIt)")
        }
        let functions = UnsafeMutablePointer<martlet_pq>.allocate(capacity: 1)
        defer { functions.deallocate() }
        if let missing = martlet_pq_find(library, functions) {
            throw LoadError(
                description:
                    "\(file) is too old: it has no \(String(cString: missing)); Martlet needs libpq 14 or later")
        }
        let found = functions.pointee
        guard found.PQlibVersion() >= versionMin else {
            throw LoadError(description: "\(file) is too old: Martlet needs libpq 14 or later")
        }
        return PostgresLibrary(found)
    }

    /// The version of libpq, such as `15.18`.
    package var version: String {
        let number = functions.PQlibVersion()
        return "\(number / 10_000).\(number % 10_000)"
    }
}
