import HTTP
import JSON
import Loyalty
import SignIn

/// Who is signed in, for a page that greets its customer after a reload.
struct ProfileRoutes {
    let accounts: AccountService

    var routes: [Route] {
        [Route(method: .get, path: "/api/user", operation: .profile, action: .read(profile))]
    }

    private func profile(_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response {
        let profile = try accounts.profile(of: user)
        var writer = JSONWriter(reserving: 128)
        writer.object { writer in
            writer.name("login")
            writer.string(profile.login.text)
            writer.name("created_at")
            writer.string(profile.createdAt.rfc3339)
        }
        return .private(contentType: "application/json", .bytes(writer.bytes))
    }
}
