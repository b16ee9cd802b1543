import JSON
import Loyalty
import OpenAPI

/// Values of the staff API.
extension Schema {
    static func text(bytesMax: Int) -> Schema { Schema(.string, "", [.minLength(1), .maxLength(bytesMax)]) }

    static let id = Schema(.integer, "", [.minimum("1")], example: "1")
    static let amount = Schema(.integer, "", [.minimum("0")])
    static let truth = Schema(.boolean)

    static func nullable(_ schema: Schema) -> Schema { Schema(.anyOf([schema, Schema(.null)])) }

    static let role = Schema(
        .string, named: "Role", "An owner may do everything that a cashier may.",
        [.oneOf(StaffRole.allCases.map(\.description))])

    static let customer = Schema(.object(customerMembers, isClosed: true), named: "Customer", "A customer.")

    static let newCustomer = Schema(
        .object(customerMembers + [Property("password", Schema(.string), "It is shown this once.")], isClosed: true),
        named: "NewCustomer", "A customer who was just added.")

    private static let customerMembers = [
        Property("id", id),
        Property("login", Schema(.string, "", [.maxLength(Login.bytesMax)]), "Empty if the customer was deleted."),
        Property("state", Schema(.string, "", [.oneOf(UserAccount.State.allCases.map(\.description))])),
        Property("current", .points, "The points that the customer has."),
        Property("withdrawn", .points, "The points that the customer has spent in all."),
        Property("created_at", .moment),
    ]

    static let customerName = Schema(
        .object([Property("id", id), Property("login", Schema(.string))], isClosed: true), named: "CustomerName",
        "A customer; the login is empty if the customer was deleted.")

    private static let orderStatus = Schema(.string, "", [.oneOf(Order.Status.allCases.map(\.name))])

    static let customerOrder = Schema(
        .object(
            [
                Property("number", .orderNumber), Property("status", orderStatus), Property("accrual", .points),
                Property("returned", .points, "The points that returns took back."), Property("uploaded_at", .moment),
            ], isClosed: true),
        named: "CustomerOrder", "An order that a customer uploaded.")

    static let customerWithdrawal = Schema(
        .object(
            [
                Property("order", .orderNumber), Property("sum", .points), Property("processed_at", .moment),
                Property("refunded_at", nullable(.moment)),
            ], isClosed: true),
        named: "CustomerWithdrawal", "Points that were spent on an order.")

    static let customerEntry = Schema(
        .object(
            [
                Property("kind", Schema(.string, "", [.oneOf(LedgerEntry.Kind.allCases.map(\.description))])),
                Property("order", nullable(.orderNumber)), Property("points", .pointsChange),
                Property("balance_after", .points), Property("at", .moment),
                Property("author", nullable(Schema(.string)), "The account of the staff, or of the system."),
                Property("reason", nullable(Schema(.string))),
            ], isClosed: true),
        named: "CustomerEntry", "A change of a customer's balance.")

    static let orderFacts = Schema(
        .object(
            [
                Property("number", .orderNumber), Property("status", nullable(orderStatus)),
                Property("accrual", nullable(.points)), Property("returned", nullable(.points)),
                Property("uploaded_at", nullable(.moment)), Property("customer", nullable(customerName)),
                Property("withdrawal", nullable(customerWithdrawal)), Property("spender", nullable(customerName)),
                Property(
                    "receipt",
                    nullable(
                        Schema(
                            .object(
                                [Property("points", .points), Property("accepted_at", .moment)], isClosed: true)))),
            ], isClosed: true),
        named: "OrderFacts", "Everything that is stored under a number. Goods of receipts are not stored.")

    private static let price = Schema(.number, "", [.minimum("0"), .multipleOf("1e-18")])

    static let shopGood = Schema(
        .object(
            [
                Property(
                    "description", Schema(.string, "", [.minLength(1), .pattern("\\S")]),
                    "The text in which rules look for their match. It is not empty."),
                Property("price", price, "The price, with at most 18 decimals."),
            ], isClosed: false),
        named: "Good")

    static let rewardedGood = Schema(
        .object(
            [
                Property("description", Schema(.string)), Property("price", price), Property("points", .points),
                Property("rule", nullable(Schema(.string)), "The matches of the first rules that grant the points."),
            ], isClosed: true),
        named: "RewardedGood", "A good with the points that it earns.")

    static let shopRule = Schema(
        .object(
            [
                Property("match", text(bytesMax: RewardRule.matchBytesMax)),
                Property(
                    "reward",
                    Schema(.number, "", [.above("0"), .multipleOf("0.000001"), .maximum("9223372036854.775807")])),
                Property("reward_type", Schema(.string, "", [.oneOf(RewardRule.Kind.allCases.map(\.name))])),
            ], isClosed: false),
        named: "Rule", "The points for a good whose description contains a text.")

    static let staffAccount = Schema(
        .object(
            [
                Property("name", text(bytesMax: StaffName.bytesMax)),
                Property("kind", Schema(.string, "", [.oneOf(StaffAccount.Kind.allCases.map(\.description))])),
                Property("role", .role),
                Property("state", Schema(.string, "", [.oneOf(UserAccount.State.allCases.map(\.description))])),
                Property("created_at", .moment), Property("last_used_at", nullable(.moment)),
            ], isClosed: true),
        named: "StaffAccount", "A person or an API key.")

    static let action = Schema(
        .object(
            [
                Property("id", id), Property("at", .moment), Property("by", Schema(.string)),
                Property("kind", Schema(.string, "", [.oneOf(Actor.Kind.allCases.map(\.description))])),
                Property("role", .role),
                Property("action", Schema(.string, "", [.oneOf(StaffAction.Name.allCases.map(\.rawValue))])),
                Property("customer", nullable(customerName)), Property("subject", Schema(.string)),
                Property(
                    "details",
                    Schema(
                        .object(
                            [
                                Property("points", nullable(.pointsChange)),
                                Property("note", nullable(Schema(.string))),
                            ], isClosed: true))),
                Property("address", Schema(.string), "Empty for a command."),
            ], isClosed: true),
        named: "Action", "A change that the staff made.")

    static let backup = Schema(
        .object(
            [Property("name", Schema(.string)), Property("at", .moment), Property("bytes", amount)], isClosed: true),
        named: "Backup", "A file in the folder of backups.")

    static let figures = Schema(
        .object(
            [
                Property("days", Schema(.array(of: day))),
                Property("queue", Schema(.object([Property("waiting", amount)], isClosed: true))),
                Property(
                    "accrual",
                    Schema(
                        .object(
                            [
                                Property(
                                    "state",
                                    Schema(.string, "", [.oneOf(["healthy", "throttled", "troubled", "unknown"])]))
                            ], isClosed: true))),
                Property(
                    "backup",
                    nullable(
                        Schema(
                            .object(
                                [
                                    Property("newest_at", nullable(.moment)), Property("age_seconds", nullable(amount)),
                                ], isClosed: true))), "`null` if the database's own tools make its backups."),
            ], isClosed: true),
        named: "Figures", "The figures of days, the oldest first, and the state of the server.")

    private static let day = Schema(
        .object(
            [
                Property("day", Schema(.string, "", [.format("date")]), "A day of the server's time zone."),
                Property("customers", amount), Property("orders", amount), Property("granted", .points),
                Property("spent", .points), Property("returned", .points), Property("refunded", .points),
                Property("adjusted", .pointsChange), Property("outstanding", .points, "At the end of the day."),
            ], isClosed: true),
        named: "Day")
}
