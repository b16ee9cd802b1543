import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Customers"

    static let findCustomers = page(
        id: "findCustomers", tag: tag, summary: "Find customers",
        description:
            "By the start of the login, in the order of logins, or by the number of an order that was uploaded or paid with points.",
        of: .customer, example: Example.customer,
        parameters: [
            Parameter(
                "login", in: .query, "The start of the login; all customers without it.", Schema(.string),
                example: "an"),
            Parameter("order", in: .query, "The number of an order.", Schema(.string)),
        ], others: [.invalidNumber])

    static let addCustomer = Operation(
        id: "addCustomer", tag: tag, summary: "Add a customer", description: "The password is generated.",
        body: object(
            [Schema.Property("login", .text(bytesMax: Login.bytesMax))], example: #"{"login":"anna"}"#),
        responses: [
            .json(
                .created, "The customer, with the password for the customer.", .newCustomer,
                example: Example.customer.dropLast() + #","password":"yZ0b7Vn2cQeS1mUt4kPaXw"}"#),
            .problem(.noCustomer, "The request was made before, and its customer was deleted since."),
            .problem(LoyaltyError.loginTaken, "Another customer has this login."),
        ]
    ).idempotent(hasSecret: true)

    static let getCustomer = Operation(
        id: "getCustomer", tag: tag, summary: "Show a customer", parameters: [customerID],
        responses: [.customer("The customer."), .noCustomer])

    static let deleteCustomer = Operation(
        id: "deleteCustomer", tag: tag, summary: "Delete a customer",
        description: "Erases login, password, sessions and places of sign-in. Orders, withdrawals and ledger stay.",
        parameters: [customerID], responses: [Response(.noContent, "The customer is deleted."), .noCustomer])

    static let listCustomerOrders = page(
        id: "listCustomerOrders", tag: tag, summary: "List a customer's orders",
        description: "The newest upload comes first.", of: .customerOrder,
        example:
            #"{"number":"12345678903","status":"PROCESSED","accrual":700,"returned":0,"uploaded_at":"2026-11-23T08:17:12Z"}"#,
        parameters: [customerID], others: [.noCustomer])

    static let listCustomerWithdrawals = page(
        id: "listCustomerWithdrawals", tag: tag, summary: "List a customer's withdrawals",
        description: "The newest comes first, and refunded ones are included.", of: .customerWithdrawal,
        example: #"{"order":"2377225624","sum":500,"processed_at":"2026-11-23T08:17:12Z","refunded_at":null}"#,
        parameters: [customerID], others: [.noCustomer])

    static let listCustomerLedger = page(
        id: "listCustomerLedger", tag: tag, summary: "List every change of a customer's balance",
        description: "The newest comes first, with authors and reasons.", of: .customerEntry,
        example:
            #"{"kind":"adjustment","order":null,"points":-5,"balance_after":495.5,"at":"2026-11-23T08:17:12Z","author":"boris","reason":"mistyped"}"#,
        parameters: [customerID], others: [.noCustomer])

    static let resetCustomerPassword = Operation(
        id: "resetCustomerPassword", tag: tag, summary: "Issue a new password",
        description: "Ends all sessions of the customer.", parameters: [customerID],
        responses: [
            .json(
                .ok, "The new password, which is shown this once.",
                Schema(.object([Schema.Property("password", Schema(.string))], isClosed: true)),
                example: #"{"password":"yZ0b7Vn2cQeS1mUt4kPaXw"}"#),
            .noCustomer,
        ])

    static let disableCustomer = Operation(
        id: "disableCustomer", tag: tag, summary: "Keep a customer from signing in",
        description: "Ends all sessions of the customer.", parameters: [customerID],
        responses: [.customer("The customer, who is disabled."), .noCustomer])

    static let enableCustomer = Operation(
        id: "enableCustomer", tag: tag, summary: "Let a customer sign in again", parameters: [customerID],
        responses: [.customer("The customer, who is active."), .noCustomer])

    static let exportCustomer = Operation(
        id: "exportCustomer", tag: tag, summary: "Export everything that is stored about a customer",
        parameters: [customerID],
        responses: [
            Response(
                .ok, "One document, for saving as a file.",
                headers: [Header("Content-Disposition", "The name of the file.", Schema(.string))],
                content: [
                    MediaType(
                        "application/json",
                        Schema(
                            .object(
                                [
                                    Schema.Property("customer", .customer),
                                    Schema.Property("sessions_end_at", Schema(.array(of: .moment))),
                                    Schema.Property("sign_in_places_used_at", Schema(.array(of: .moment))),
                                    Schema.Property("orders", Schema(.array(of: .customerOrder))),
                                    Schema.Property("withdrawals", Schema(.array(of: .customerWithdrawal))),
                                    Schema.Property("ledger", Schema(.array(of: .customerEntry))),
                                    Schema.Property("actions", Schema(.array(of: .action))),
                                ], isClosed: true), named: "CustomerExport"),
                        examples: [:])
                ]),
            .noCustomer,
        ])
}
