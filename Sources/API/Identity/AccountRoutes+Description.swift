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
            .problem(LoyaltyError.registrationClosed, "The owner has closed registration."),
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
        description: "Ends the session that the request presents. Other sessions of the user stay open.",
        responses: [
            Response(
                .noContent, "The session has ended.",
                headers: [setCookie("Removes the session's cookie from browsers.")])
        ])

    static let changePassword = Operation(
        id: "changePassword", tag: "Accounts", summary: "Change the password",
        description: "Ends all other sessions of the user.",
        body: MediaType(
            "application/json",
            Schema(
                .object(
                    [
                        Schema.Property("current", text(bytesMax: Password.bytesMax), "The current password."),
                        Schema.Property(
                            "new", text(bytesMax: Password.bytesMax),
                            "The new password, as for registering; at most \(Password.bytesMax) bytes of UTF-8."),
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
                "The current password is wrong, or a page of another site made a browser send the request."),
            tooManyFailures,
        ])

    private static let tooManyFailures = Response.problem(
        LoyaltyError.tooManyFailures(retryAfterSeconds: 2),
        "Too many attempts with this login or from this address have failed. This one was not checked: wait, and ask again."
    )

    private static let credentials = MediaType(
        "application/json",
        Schema(
            .object(
                [
                    Schema.Property(
                        "login",
                        Schema(
                            .string, "",
                            [.minLength(1), .maxLength(Login.bytesMax), .pattern(RequestObject.textPattern)]),
                        "The login, compared byte for byte; at most \(Login.bytesMax) bytes of UTF-8."),
                    Schema.Property(
                        "password", text(bytesMax: Password.bytesMax),
                        "At most \(Password.bytesMax) bytes of UTF-8, and at least as many as the server's owner asks for."
                    ),
                ], isClosed: false),
            named: "Credentials", "A login and its password. Other members are ignored."),
        examples: ["anna": #"{"login":"anna","password":"correct horse"}"#])

    /// A text of at least one character. JSON Schema counts characters, each of which has a byte or more.
    private static func text(bytesMax: Int) -> Schema {
        Schema(.string, "", [.minLength(1), .maxLength(bytesMax)])
    }

    private static let signedIn = Response(
        .ok,
        "The user is signed in. Send the token, which is in the body and in both fields, with each further request.",
        headers: [
            setCookie(
                "The session for browsers, for as long as it lasts. A second field may set a cookie `device`, which is not a "
                    + "credential: failed sign-ins of others at the same address do not delay a sign-in that presents it."
            ),
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
                                "Send it as `Authorization: Bearer TOKEN`.")
                        ], isClosed: true),
                    named: "Session", "The new session."),
                examples: ["session": #"{"token":"TOKEN"}"#])
        ])

    /// Browsers remove an empty cookie that ends at once.
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
