import Loyalty
import OpenAPI

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
        ])

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
        .ok, "Signed in: show the token of either field with the requests to come.",
        headers: [
            Header(
                "Set-Cookie", "The session for browsers, as long as it lasts.",
                Schema(
                    .string, "", [.pattern("^session=[A-Za-z0-9_-]+; Path=/; HttpOnly; SameSite=Lax; Max-Age=[0-9]+")],
                    example: #""session=TOKEN; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000""#)),
            Header(
                "Authorization", "The session for programs.",
                Schema(.string, "", [.pattern("^Bearer [A-Za-z0-9_-]+$")], example: #""Bearer TOKEN""#)),
        ])
}
