import Loyalty
import OpenAPI

extension Operation {
    static let profile = Operation(
        id: "getUser", tag: "Accounts", summary: "Show the user who is signed in",
        description: "A page can ask after a reload. The answer is 401 if no user is signed in.",
        responses: [
            Response(
                .ok, "The user of the session.",
                content: [
                    MediaType(
                        "application/json",
                        Schema(
                            .object(
                                [
                                    Schema.Property(
                                        "login", Schema(.string, "", [.minLength(1), .maxLength(Login.bytesMax)])),
                                    Schema.Property("created_at", .moment, "When the user registered."),
                                ], isClosed: true),
                            named: "User"),
                        examples: ["anna": #"{"login":"anna","created_at":"2026-11-23T08:17:12Z"}"#])
                ])
        ])
}
