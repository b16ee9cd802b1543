import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Staff"
    private static let removing = ShopChange.makeBackup(name: "")
    private static let unknown = Response.refusal(.noSuchStaff, of: removing, "There is no such account.")
    private static let lastOwner = Response.refusal(
        .lastOwner, of: removing, "No active owner would be left who can sign in.")
    private static let taken = Response.refusal(
        .staffNameTaken, of: removing, "Another person or key has this name, or there are too many accounts.")

    private static let nameAndRole = [
        Schema.Property("name", .text(bytesMax: StaffName.bytesMax), "At most \(StaffName.bytesMax) bytes."),
        Schema.Property("role", .role),
    ]

    static let listStaff = Operation(
        id: "listStaff", tag: tag, summary: "List people and keys",
        responses: [
            .json(.ok, "All accounts.", Schema(.array(of: .staffAccount)), example: "[\(Example.staff)]")
        ])

    static let addStaff = Operation(
        id: "addStaff", tag: tag, summary: "Add a person",
        body: object(
            nameAndRole + [
                Schema.Property(
                    "password", .nullable(.text(bytesMax: Password.bytesMax)), "One is generated without it.",
                    isRequired: false)
            ], example: #"{"name":"boris","role":"cashier"}"#),
        responses: [
            .json(
                .created, "The person, with the password if it was generated; it is shown this once.",
                Schema(
                    .object(
                        nameAndRole + [Schema.Property("password", Schema(.string), isRequired: false)],
                        isClosed: true)),
                example: #"{"name":"boris","role":"cashier","password":"yZ0b7Vn2cQeS1mUt4kPaXw"}"#), taken,
        ])

    static let deleteStaff = Operation(
        id: "deleteStaff", tag: tag, summary: "Delete a person",
        description: "The record of actions keeps the name.", parameters: [staffNameInPath],
        responses: [Response(.noContent, "The person is deleted."), unknown, lastOwner])

    static let disableStaff = Operation(
        id: "disableStaff", tag: tag, summary: "Keep a person from signing in",
        description: "Ends all sessions of the person.", parameters: [staffNameInPath],
        responses: [
            .json(.ok, "The person, who is disabled.", .staffAccount, example: Example.staff), unknown, lastOwner,
        ])

    static let enableStaff = Operation(
        id: "enableStaff", tag: tag, summary: "Let a person sign in again", parameters: [staffNameInPath],
        responses: [.json(.ok, "The person, who is active.", .staffAccount, example: Example.staff), unknown])

    static let setStaffRole = Operation(
        id: "setStaffRole", tag: tag, summary: "Give a person another role",
        description:
            "The person's sessions stay, and have the new rights from their next request on. The role of a key does not change: revoke it, and add another.",
        parameters: [staffNameInPath], body: object([Schema.Property("role", .role)], example: #"{"role":"cashier"}"#),
        responses: [
            .json(.ok, "The person, who has the role.", .staffAccount, example: Example.staff), unknown, lastOwner,
        ])

    static let resetStaffPassword = Operation(
        id: "resetStaffPassword", tag: tag, summary: "Issue a new password for a person",
        description: "Ends all sessions of the person.", parameters: [staffNameInPath],
        responses: [
            .json(
                .ok, "The new password, which is shown this once.",
                Schema(.object([Schema.Property("password", Schema(.string))], isClosed: true)),
                example: #"{"password":"yZ0b7Vn2cQeS1mUt4kPaXw"}"#), unknown,
        ])

    static let addKey = Operation(
        id: "addKey", tag: tag, summary: "Add an API key for a cash register",
        body: object(nameAndRole, example: #"{"name":"till 1","role":"cashier"}"#),
        responses: [
            .json(
                .created, "The key, with the token that the register sends; it is shown this once.",
                Schema(.object(nameAndRole + [Schema.Property("token", Schema(.string))], isClosed: true)),
                example: #"{"name":"till 1","role":"cashier","token":"TOKEN"}"#), taken,
        ])

    static let removeKey = Operation(
        id: "removeKey", tag: tag, summary: "Revoke an API key", parameters: [staffNameInPath],
        responses: [Response(.noContent, "The key is revoked."), unknown])
}
