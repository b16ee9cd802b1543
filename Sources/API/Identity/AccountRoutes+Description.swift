import Loyalty
import OpenAPI
import Storage
import Web

extension Operation {
    static let register = Operation(
        id: "register", tag: "Accounts", summary: "Add a user, and sign in",
        body: credentials,
        responses: [
            signedIn,
            .problem(
                LoyaltyError.malformed("The login is empty."),
                "The body is not that object, or the login or the password is empty or too long."),
            .problem(LoyaltyError.loginTaken, "Another user has this login."),
            .problem(
                LoyaltyError.tooManyRegistrations(retryAfterSeconds: 60),
                "Too many users were registered from this address. Nothing happened."),
        ])

    static let signIn = Operation(
        id: "signIn", tag: "Accounts", summary: "Sign in",
        description: "An unknown login and a wrong password get the same answer, after the same time.",
        body: credentials,
        responses: [
            signedIn,
            .problem(
                LoyaltyError.malformed("\"password\" is not a string."),
                "The body is not that object, or the login or the password is empty or too long."),
            .problem(LoyaltyError.wrongCredentials, "No user has this login and this password."),
            tooManyFailures,
        ])

    static let signOut = Operation(
        id: "signOut", tag: "Accounts", summary: "Sign out",
        description: "The session that the request shows ends; others of the user go on.",
        responses: [
            Response(
                .noContent, "The session has ended.",
                headers: [setCookie("The session for browsers, empty and at its end.")])
        ])

    static let changePassword = Operation(
        id: "changePassword", tag: "Accounts", summary: "Change the password",
        description: "All other sessions of the user end.",
        body: MediaType(
            "application/json",
            Schema(
                .object(
                    [
                        Schema.Property("current", text(bytesMax: Password.bytesMax), "The password up to now."),
                        Schema.Property(
                            "new", text(bytesMax: Password.bytesMax),
                            "The one from now on, as for registering; at most \(Password.bytesMax) bytes of UTF-8."),
                    ], isClosed: false),
                named: "PasswordChange", "Other members are ignored."),
            examples: ["change": #"{"current":"correct horse","new":"battery staple"}"#]),
        responses: [
            Response(.noContent, "The password is changed, and only this session is left."),
            .problem(
                LoyaltyError.malformed("\"new\" is not a string."),
                "The body is not that object, or a password is empty or too long."),
            .problem(
                LoyaltyError.wrongCurrentPassword,
                "The current password is wrong, or a browser was led here by another site."),
            tooManyFailures,
        ])

    private static let tooManyFailures = Response.problem(
        LoyaltyError.tooManyFailures(retryAfterSeconds: 2),
        "Too many attempts with this login or from this address have failed. Nothing was looked at: wait, and ask again."
    )

    private static let credentials = MediaType(
        "application/json",
        Schema(
            .object(
                [
                    Schema.Property(
                        "login", text(bytesMax: Login.bytesMax),
                        "Compared byte for byte; at most \(Login.bytesMax) bytes of UTF-8."),
                    Schema.Property(
                        "password", text(bytesMax: Password.bytesMax),
                        "At most \(Password.bytesMax) bytes of UTF-8; the owner may ask for more than one."),
                ], isClosed: false),
            named: "Credentials", "Who someone is, and how they prove it. Other members are ignored."),
        examples: ["anna": #"{"login":"anna","password":"correct horse"}"#])

    /// JSON Schema counts characters, of which each has a byte or more.
    private static func text(bytesMax: Int) -> Schema {
        Schema(.string, "", [.minLength(1), .maxLength(bytesMax)])
    }

    private static let signedIn = Response(
        .ok, "Signed in: send the token, which the body and both fields have, with the requests to come.",
        headers: [
            setCookie(
                "The session for browsers, as long as it lasts. A second field may bring a `device`, which is no credential: "
                    + "who shows it when signing in waits for nothing that others at the same address have tried."),
            Header(
                "Authorization", "The session for programs.",
                Schema(.string, "", [.pattern("^Bearer [A-Za-z0-9_-]+$")], example: #""Bearer TOKEN""#)),
        ],
        content: [
            MediaType(
                "application/json",
                Schema(
                    .object(
                        [
                            Schema.Property(
                                "token", Schema(.string, "", [.pattern("^[A-Za-z0-9_-]+$")]),
                                "To be sent as `Authorization: Bearer TOKEN`.")
                        ], isClosed: true),
                    named: "Session", "The session that was opened."),
                examples: ["session": #"{"token":"TOKEN"}"#])
        ])

    /// An empty one that ends at once is removed.
    private static func setCookie(_ summary: String) -> Header {
        Header(
            "Set-Cookie", summary,
            Schema(
                .string, "",
                [
                    .pattern(
                        "^[^=;]+=[A-Za-z0-9_-]*; Path=/; HttpOnly; SameSite=Lax; Max-Age=[0-9]+; "
                            + "Expires=[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT(; Secure)?$"
                    )
                ],
                example:
                    #""session=TOKEN; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Expires=Wed, 23 Dec 2026 08:17:12 GMT""#
            ))
    }
}
