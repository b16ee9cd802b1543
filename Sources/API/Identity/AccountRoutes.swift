import HTTP
import JSON
import Loyalty
import SignIn
import Web

/// Registering, signing in and out, and changing the password.
struct AccountRoutes {
    let accounts: AccountService
    let authentication: Authentication
    let proxies: TrustedProxies

    var routes: [Route] {
        [
            Route(
                method: .post, path: "/api/user/register", bodyBytesMax: BodyLimit.credentialsBytes,
                operation: .register, action: .anyone(register)),
            Route(
                method: .post, path: "/api/user/login", bodyBytesMax: BodyLimit.credentialsBytes, operation: .signIn,
                action: .anyone(signIn)),
            Route(method: .post, path: "/api/user/logout", operation: .signOut, action: .account(signOut)),
            Route(
                method: .post, path: "/api/user/password", bodyBytesMax: BodyLimit.passwordChangeBytes,
                operation: .changePassword, action: .account(changePassword)),
        ]
    }

    private func register(_ request: Request, _ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let pair = try Pair(body)
        let network = proxies.clientNetwork(of: request)
        let isSecure = proxies.sayHTTPS(of: request)
        return { () async throws(LoyaltyError) in
            let signedIn = try await accounts.register(login: pair.login, password: pair.password, from: network)
            return authentication.signedIn(signedIn, isSecure: isSecure)
        }
    }

    private func signIn(_ request: Request, _ body: [UInt8]) throws(LoyaltyError) -> Route.Later {
        let pair = try Pair(body)
        let network = proxies.clientNetwork(of: request)
        let device = authentication.device(of: request)
        let isSecure = proxies.sayHTTPS(of: request)
        return { () async throws(LoyaltyError) in
            let signedIn = try await accounts.signIn(
                login: pair.login, password: pair.password, from: network, showing: device)
            return authentication.signedIn(signedIn, isSecure: isSecure)
        }
    }

    private func signOut(
        _ shown: Authentication.Shown, _ request: Request, _ body: [UInt8]
    ) throws(LoyaltyError) -> Route.Later {
        let session = authentication.sessionID(of: shown)
        let isSecure = proxies.sayHTTPS(of: request)
        return { () async throws(LoyaltyError) in
            try await accounts.signOut(session)
            return authentication.signedOut(isSecure: isSecure)
        }
    }

    /// `{"current": "…", "new": "…"}`
    private func changePassword(
        _ shown: Authentication.Shown, _ request: Request, _ body: [UInt8]
    ) throws(LoyaltyError) -> Route.Later {
        let object = try RequestObject(body)
        let current = try object.string("current")
        let new = try object.string("new")
        let user = shown.user
        let session = authentication.sessionID(of: shown)
        let network = proxies.clientNetwork(of: request)
        let device = authentication.device(of: request)
        return { () async throws(LoyaltyError) in
            try await accounts.changePassword(
                of: user, from: current, to: new, keeping: session, from: network, showing: device)
            return Response(.noContent)
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
