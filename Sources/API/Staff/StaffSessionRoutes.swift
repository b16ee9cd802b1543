import Eventual
import HTTP
import JSON
import Loyalty
import SignIn
import Web

/// Signing in and out, and the own account.
struct StaffSessionRoutes {
    let signIns: StaffSignInService
    let authentication: StaffAuthentication
    let changes: StaffChanges
    let adjustmentMax: Points

    var routes: [Route] {
        [
            Route(
                .post, "/api/staff/session", .staffSignIn, for: .everyone, bodyBytesMax: BodyLimit.credentialsBytes,
                signIn),
            Route(.delete, "/api/staff/session", .staffSignOut, for: .cashier, signOut),
            Route(.get, "/api/staff/me", .staffMe, for: .cashier, me),
            Route(
                .post, "/api/staff/me/password", .staffChangePassword, for: .cashier,
                bodyBytesMax: BodyLimit.passwordChangeBytes, changePassword),
        ]
    }

    private func signIn(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let name = try object.string("name")
        let password = try object.string("password")
        let network = changes.proxies.clientNetwork(of: call.request)
        let address = changes.address(of: call)
        let isSecure = changes.proxies.sayHTTPS(of: call.request)
        return .later { () async throws(LoyaltyError) in
            let (session, staff) = try await signIns.signIn(
                name: name, password: password, from: network, at: address)
            var response = Response.staff { writer in
                writer.text("name", staff.name)
                writer.text("role", staff.role.description)
                writer.time("expires_at", session.expiresAt)
            }
            response.add(
                "Set-Cookie",
                authentication.cookie(
                    session.token.text, maxAge: StaffSignInService.sessionSeconds, expires: session.expiresAt,
                    isSecure: isSecure))
            return response
        }
    }

    /// A key has no session to end; it is revoked.
    private func signOut(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let session = call.staff.session else { return .now(Problem.forbidden.response) }
        let address = changes.address(of: call)
        let isSecure = changes.proxies.sayHTTPS(of: call.request)
        return .later { () async throws(LoyaltyError) in
            try await signIns.signOut(session, at: address)
            var response = Response(.noContent)
            response.add(
                "Set-Cookie",
                authentication.cookie("", maxAge: 0, expires: Timestamp(milliseconds: 0), isSecure: isSecure))
            return response
        }
    }

    private func me(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let account = call.staff.account
        return .now(
            .staff { writer in
                writer.text("name", account.name)
                writer.text("role", account.role.description)
                writer.text("kind", account.kind.description)
                writer.points("adjustment_points_max", adjustmentMax)
            })
    }

    /// `{"current": "…", "new": "…"}`
    private func changePassword(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let current = try object.string("current")
        let new = try object.string("new")
        let account = call.staff.account
        guard let session = call.staff.session else { return .now(Problem.forbidden.response) }
        let network = changes.proxies.clientNetwork(of: call.request)
        let address = changes.address(of: call)
        return .later { () async throws(LoyaltyError) in
            try await signIns.changePassword(
                of: account, from: current, to: new, keeping: session, from: network, at: address)
            return Response(.noContent)
        }
    }
}
