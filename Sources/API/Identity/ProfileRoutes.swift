import Eventual
import HTTP
import JSON
import Loyalty
import Storage
import Web

/// The user who is signed in, for a page that greets its customer after a reload.
struct ProfileRoutes {
    let repository: any Repository

    /// A client whose user was just deleted may ask again at once; it then finds its session gone.
    private static let deletedRetryAfterSeconds = 1

    var routes: [Route] {
        [Route(.get, "/api/user", .profile, for: .signedIn, reuse: .perUser, profile)]
    }

    private func profile(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try repository.profile(of: call.user).map { profile throws(LoyaltyError) in
            guard let profile else { throw .unavailable(retryAfterSeconds: Self.deletedRetryAfterSeconds) }
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
}
