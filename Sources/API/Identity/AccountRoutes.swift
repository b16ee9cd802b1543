import Eventual
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
                .post, "/api/user/register", .register, for: .everyone, bodyBytesMax: BodyLimit.credentialsBytes,
                register),
            Route(.post, "/api/user/login", .signIn, for: .everyone, bodyBytesMax: BodyLimit.credentialsBytes, signIn),
            Route(.post, "/api/user/logout", .signOut, for: .signedIn, signOut),
            Route(
                .post, "/api/user/password", .changePassword, for: .signedIn,
                bodyBytesMax: BodyLimit.passwordChangeBytes, changePassword),
        ]
    }

    private func register(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let pair = try Pair(call.body)
        let network = proxies.clientNetwork(of: call.request)
        let isSecure = proxies.sayHTTPS(of: call.request)
        return .later { () async throws(LoyaltyError) in
            let signedIn = try await accounts.register(login: pair.login, password: pair.password, from: network)
            return authentication.signedIn(signedIn, isSecure: isSecure)
        }
    }

    private func signIn(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let pair = try Pair(call.body)
        let network = proxies.clientNetwork(of: call.request)
        let device = authentication.device(of: call.request)
        let isSecure = proxies.sayHTTPS(of: call.request)
        return .later { () async throws(LoyaltyError) in
            let signedIn = try await accounts.signIn(
                login: pair.login, password: pair.password, from: network, showing: device)
            return authentication.signedIn(signedIn, isSecure: isSecure)
        }
    }

    private func signOut(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let session = authentication.sessionID(of: call.caller)
        let isSecure = proxies.sayHTTPS(of: call.request)
        return .later { () async throws(LoyaltyError) in
            try await accounts.signOut(session)
            return authentication.signedOut(isSecure: isSecure)
        }
    }

    /// `{"current": "…", "new": "…"}`
    private func changePassword(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let current = try object.string("current")
        let new = try object.string("new")
        let user = call.user
        let session = authentication.sessionID(of: call.caller)
        let network = proxies.clientNetwork(of: call.request)
        let device = authentication.device(of: call.request)
        return .later { () async throws(LoyaltyError) in
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
