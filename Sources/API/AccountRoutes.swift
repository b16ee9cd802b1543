import HTTP
import JSON
import Loyalty

/// Registering and signing in.
struct AccountRoutes {
    let accounts: AccountService
    let authentication: Authentication

    var routes: [Route] {
        [
            Route(method: .post, path: "/api/user/register", operation: .register, action: .anyone(register)),
            Route(method: .post, path: "/api/user/login", operation: .signIn, action: .anyone(signIn)),
        ]
    }

    private func register(_ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let pair = try Pair(body)
        return { () async throws(LoyaltyError) in
            authentication.signedIn(try await accounts.register(login: pair.login, password: pair.password))
        }
    }

    private func signIn(_ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let pair = try Pair(body)
        return { () async throws(LoyaltyError) in
            authentication.signedIn(try await accounts.signIn(login: pair.login, password: pair.password))
        }
    }

    /// `{"login": "…", "password": "…"}`
    private struct Pair {
        let login: String
        let password: String

        init(_ body: [UInt8]) throws(LoyaltyError) {
            let object = try RequestObject(body)
            login = try object.string("login")
            password = try object.string("password")
        }
    }
}
