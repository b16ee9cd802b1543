import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Own account"

    static let staffSignIn = Operation(
        id: "signIn", tag: tag, summary: "Sign in",
        description: "The session lasts 12 hours. Its token is in the cookie alone.",
        body: object(
            [
                Schema.Property("name", .text(bytesMax: StaffName.bytesMax)),
                Schema.Property("password", .text(bytesMax: Password.bytesMax)),
            ], example: #"{"name":"boris","password":"correct horse"}"#),
        responses: [
            Response(
                .ok, "The person is signed in.", headers: [setCookie("The session.")],
                content: [
                    MediaType(
                        "application/json",
                        Schema(
                            .object(
                                [
                                    Schema.Property("name", .text(bytesMax: StaffName.bytesMax)),
                                    Schema.Property("role", .role), Schema.Property("expires_at", .moment),
                                ], isClosed: true)),
                        examples: [
                            "signed in": #"{"name":"boris","role":"cashier","expires_at":"2026-11-23T20:17:12Z"}"#
                        ])
                ]),
            .problem(LoyaltyError.wrongCredentials, "No person has this name and this password, or it is disabled."),
            tooManyStaffFailures,
        ])

    static let staffSignOut = Operation(
        id: "signOut", tag: tag, summary: "Sign out", description: "A key has no session to end and gets 403.",
        responses: [
            Response(
                .noContent, "The session has ended.", headers: [setCookie("Removes the cookie from browsers.")])
        ])

    static let staffMe = Operation(
        id: "getMe", tag: tag, summary: "Show who is signed in",
        responses: [
            .json(
                .ok, "The account of the session or key.",
                Schema(
                    .object(
                        [
                            Schema.Property("name", .text(bytesMax: StaffName.bytesMax)),
                            Schema.Property("role", .role),
                            Schema.Property(
                                "kind", Schema(.string, "", [.oneOf(StaffAccount.Kind.allCases.map(\.description))])),
                            Schema.Property(
                                "adjustment_points_max", .points, "The most points that a cashier may give or take."),
                        ], isClosed: true)),
                example: #"{"name":"boris","role":"cashier","kind":"person","adjustment_points_max":1000}"#)
        ])

    static let staffChangePassword = Operation(
        id: "changePassword", tag: tag, summary: "Change the own password",
        description: "Ends all other sessions of the person. A key has no password and gets 403.",
        body: object(
            [
                Schema.Property("current", .text(bytesMax: Password.bytesMax)),
                Schema.Property("new", .text(bytesMax: Password.bytesMax)),
            ], example: #"{"current":"correct horse","new":"battery staple"}"#),
        responses: [
            Response(.noContent, "The password is changed, and only this session is left."),
            .problem(
                LoyaltyError.wrongCurrentPassword,
                "The current password is wrong, the account is a key, or a page of another site sent the request."),
            tooManyStaffFailures,
        ])

    private static let tooManyStaffFailures = Response.problem(
        LoyaltyError.tooManyFailures(retryAfterSeconds: 2),
        "Too many attempts with this name or from this address have failed. This one was not checked: wait, and ask again."
    )

    private static func setCookie(_ summary: String) -> Header {
        Header(
            "Set-Cookie", summary,
            Schema(
                .string, "",
                [
                    .pattern(
                        "^staff=[A-Za-z0-9_-]*; Path=/; HttpOnly; SameSite=Strict; Max-Age=[0-9]+; Expires=[^;]+ GMT(; Secure)?$"
                    )
                ]))
    }
}
