import HTTP
import OpenAPI
import Web

extension GophermartAPI {
    /// The documentation of the API. That of the default cookie is written once for all event loops.
    static func documentation(sessionCookie: String) -> Documentation {
        sessionCookie == Settings().cookieName ? standard : describing(sessionCookie: sessionCookie)
    }

    private static let standard = describing(sessionCookie: Settings().cookieName)

    private static func describing(sessionCookie: String) -> Documentation {
        Documentation { endpoints in document(endpoints, sessionCookie) }
    }

    private static func document(_ endpoints: [Endpoint], _ sessionCookie: String) -> Document {
        Document(
            title: "Martlet", version: Documentation.version,
            description: """
                Loyalty points for customers: they register, upload the numbers of their orders, collect points for them and \
                spend the points.

                Points are numbers with at most two decimals, 1 point = 1 rouble. Times are RFC 3339 in UTC.

                \(Documentation.sessions(cookie: sessionCookie))

                \(Documentation.everywhere)
                """,
            tags: [
                Document.Tag("Accounts", "Registering, signing in and out, and passwords."),
                Document.Tag("Orders", "Orders of customers, each of which is credited once."),
                Document.Tag("Balance", "The points that a user has, and those that were spent."),
                Document.Tag("Events", "Changes as they happen."),
                .documentation,
            ], problems: Documentation.problems, endpoints: endpoints, origin: "http://localhost:8080",
            start: .customers, sessionCookie: sessionCookie)
    }
}

extension StaffAPI {
    static let documentation = Documentation { endpoints in
        Document(
            title: "Martlet's staff API", version: Documentation.version,
            description: """
                The work of a shop's staff: customers and their points at the counter, and the shop itself in the back room.

                A person signs in with `POST /api/staff/session` and has the cookie `staff` for 12 hours; it is `HttpOnly` and \
                `SameSite=Strict`. A cash register sends `Authorization: Bearer KEY`. Accounts of customers are worthless here.

                Without a session or key the answer is 401, and with a role that is too low 403. Each change is recorded with \
                its author, time and address.

                Points are numbers with at most two decimals, 1 point = 1 rouble. Times are RFC 3339 in UTC.

                \(Documentation.everywhere)
                """,
            tags: [
                Document.Tag("Own account", "Signing in and out, and the own password."),
                Document.Tag("Customers", "Finding customers, and their accounts."),
                Document.Tag("Points", "Spending, adjusting, refunding and returning."),
                Document.Tag("Receipts", "Selling, and what goods earn."),
                Document.Tag("Rules", "The points for goods."),
                Document.Tag("Shop", "Registration, figures, backups and the record of actions."),
                Document.Tag("Staff", "People and API keys that may work here."),
                .documentation,
            ], problems: Documentation.problems, endpoints: endpoints, origin: "http://localhost:8083", start: .staff,
            sessionCookie: StaffAPI.cookieName)
    }
}

extension AccrualAPI {
    static let documentation = Documentation { endpoints in
        Document(
            title: "Martlet's accrual system", version: Documentation.version,
            description: """
                The points that customers earn: the shop sets rules and sends receipts. There are no users; every client that \
                reaches this listener is served. It is served under the names of its own machine, under IP addresses, and under the names that its owner \
                allows in `allowed_hosts`; any other `Host` is 421.

                \(Documentation.everywhere)
                """,
            tags: [
                Document.Tag("Rules", "The points for goods."),
                Document.Tag("Receipts", "The goods that customers bought, and their points."),
                .documentation,
            ], problems: Documentation.problems, endpoints: endpoints, origin: "http://localhost:8081",
            start: .accruals)
    }
}

extension Documentation {
    /// The version of the API, not of the program. A client that works with one version works with all that have the
    /// same first number.
    fileprivate static let version = "1.0"

    fileprivate static let everywhere = """
        Refusals are `application/problem+json`. An unknown path is 404, and a method that a path does not have 405 with \
        `Allow`; `OPTIONS` lists its methods, and `HEAD` works for every path that has `GET`. Requests and answers may be \
        packed with gzip. 429 and 503 mean that nothing happened: ask again after `Retry-After`. A body has \
        at most 8 KiB, or 16 KiB for a change of password and 1 MiB for a receipt, before and after unpacking.
        """

    fileprivate static let problems = ProblemType.all.map { Document.Problem($0) }
}
