import TestSupport
import Testing

@testable import API

/// Every route of the staff that reads JSON reads it in the same way.
@Suite struct StaffBodyTests {
    /// A kind of value, with the members that a route takes.
    enum Kind: Sendable { case text, number, optionalText, optionalNumber, bool, goods }

    struct Route: Sendable, CustomTestStringConvertible {
        let line: String
        let members: [(name: String, kind: Kind, value: String)]
        let status: Int

        var testDescription: String { line }

        /// The body with another value of a member; without the member if that is `nil`.
        func body(_ changed: String = "", to value: String? = nil, and more: String = "") -> Body {
            let texts = members.compactMap { member in
                member.name == changed ? value.map { "\"\(member.name)\":\($0)" } : "\"\(member.name)\":\(member.value)"
            }
            return Body(stringLiteral: "{\((texts + (more.isEmpty ? [] : [more])).joined(separator: ","))}")
        }
    }

    private static let goods = #"[{"description":"Cup","price":1}]"#
    private static let reason = (name: "reason", kind: Kind.text, value: #""r""#)

    static let routes = [
        Route(
            line: "POST /api/staff/session",
            members: [("name", .text, #""carl""#), ("password", .text, #""secret""#)], status: 200),
        Route(
            line: "POST /api/staff/me/password",
            members: [("current", .text, #""secret""#), ("new", .text, #""other""#)], status: 204),
        Route(line: "POST /api/staff/customers", members: [("login", .text, #""bob""#)], status: 201),
        Route(
            line: "POST /api/staff/customers/1/withdrawals",
            members: [("order", .text, #""34""#), ("sum", .number, "1")], status: 200),
        Route(
            line: "POST /api/staff/customers/1/adjustments", members: [("points", .number, "1"), reason], status: 200),
        Route(line: "POST /api/staff/withdrawals/34/refund", members: [reason], status: 404),
        Route(
            line: "POST /api/staff/orders/18/return", members: [("points", .optionalNumber, "1"), reason], status: 200),
        Route(
            line: "POST /api/staff/order-numbers", members: [("digits", .optionalText, #""1234567""#)], status: 200),
        Route(line: "POST /api/staff/receipts/preview", members: [("goods", .goods, goods)], status: 200),
        Route(
            line: "POST /api/staff/receipts",
            members: [("order", .text, #""34""#), ("goods", .goods, goods), ("customer", .optionalNumber, "1")],
            status: 201),
        Route(line: "PUT /api/staff/receipts/26", members: [("goods", .goods, goods)], status: 200),
        Route(
            line: "POST /api/staff/rules",
            members: [("match", .text, #""x""#), ("reward", .number, "1"), ("reward_type", .text, #""pt""#)],
            status: 201),
        Route(
            line: "POST /api/staff/rules/try",
            members: [("description", .text, #""x""#), ("price", .number, "1")], status: 200),
        Route(line: "PUT /api/staff/registration", members: [("open", .bool, "false")], status: 200),
        Route(
            line: "POST /api/staff/staff",
            members: [
                ("name", .text, #""vera""#), ("role", .text, #""cashier""#), ("password", .optionalText, #""p""#),
            ],
            status: 201),
        Route(line: "PUT /api/staff/staff/carl/role", members: [("role", .text, #""owner""#)], status: 200),
        Route(
            line: "POST /api/staff/keys", members: [("name", .text, #""till""#), ("role", .text, #""cashier""#)],
            status: 201),
    ]

    /// Values that a member of a kind does not take. A number in a string counts as the number of points, as in the
    /// customers' API.
    private static func wrong(_ kind: Kind) -> [String?] {
        let others = ["[]", "{}", "true", #"["x"]"#]
        return switch kind {
        case .text: others + ["7", "null", nil]
        case .optionalText: others + ["7"]
        case .number: others + [#""x""#, "null", nil]
        case .optionalNumber: others + [#""x""#]
        case .bool: [#""true""#, "1", "0", "[]", "{}", "null", nil]
        case .goods:
            [
                "[]", "{}", "null", nil, "7", #""x""#, "[7]", "[null]", "[[]]", #"[{"price":1}]"#,
                #"[{"description":"","price":1}]"#, #"[{"description":" \u00a0\n","price":1}]"#,
                #"[{"description":7,"price":1}]"#, #"[{"description":null,"price":1}]"#, #"[{"description":"x"}]"#,
                #"[{"description":"x","price":"1"}]"#, #"[{"description":"x","price":-1}]"#,
                #"[{"description":"x","price":null}]"#,
            ]
        }
    }

    private static func run(_ route: Route, _ body: Body, gives status: Int) async throws {
        try await TestStaffAPI.filled().run(
            Scenario(route.line, as: TestStaffAPI.Token.owner, body: body, gives: status))
    }

    @Test(arguments: routes) func bodyIsTaken(route: Route) async throws {
        try await Self.run(route, route.body(), gives: route.status)
        try await Self.run(route, route.body(and: #""unknown":[{"a":null}]"#), gives: route.status)
        for member in route.members where [.optionalText, .optionalNumber].contains(member.kind) {
            try await Self.run(route, route.body(member.name, to: "null"), gives: route.status)
            try await Self.run(route, route.body(member.name), gives: route.status)
        }
    }

    /// A value of another kind, and a member that is missing, is 400 at every route.
    @Test(arguments: routes) func wrongValuesAreRefused(route: Route) async throws {
        for member in route.members {
            for value in Self.wrong(member.kind) {
                try await Self.run(route, route.body(member.name, to: value), gives: 400)
            }
        }
    }

    @Test(arguments: routes) func otherDocumentsAreRefused(route: Route) async throws {
        let nested = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        let twice = route.members.first.map { "\"\($0.name)\":\($0.value)" } ?? ""
        for body in [
            "", "[]", "null", "7", #""x""#, "{", "{}}", "[{}]", "{\"a\":\(nested)}",
        ] as [Body] + [route.body(and: twice)] {
            try await Self.run(route, body, gives: 400)
        }
    }
}
