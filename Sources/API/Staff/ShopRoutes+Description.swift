import HTTP
import Loyalty
import OpenAPI
import Web

extension Operation {
    private static let tag = "Shop"
    private static let registration = Schema(
        .object([Schema.Property("open", .truth)], isClosed: false), named: "Registration",
        "True if customers may register themselves.")

    static let getRegistration = Operation(
        id: "getRegistration", tag: tag, summary: "Show if customers may register themselves",
        responses: [.json(.ok, "The state.", registration, example: #"{"open":true}"#)])

    static let setRegistration = Operation(
        id: "setRegistration", tag: tag, summary: "Open or close registration",
        description: "From then on it holds in the place of `accounts.registration`.",
        body: MediaType("application/json", registration, examples: ["close": #"{"open":false}"#]),
        responses: [.json(.ok, "The new state.", registration, example: #"{"open":false}"#)])

    static let getFigures = Operation(
        id: "getFigures", tag: tag, summary: "Show the figures of the last days",
        description: "A cashier may see today alone, `days=1`.",
        parameters: [
            Parameter(
                "days", in: .query, "The number of days up to today; 1 without it.",
                Schema(.integer, "", [.minimum("1"), .maximum("\(ShopDays.counts.upperBound)")], example: "30"))
        ],
        responses: [
            .json(
                .ok, "The figures.", .figures,
                example: """
                    {"days":[{"day":"2026-11-28","customers":2,"orders":7,"granted":700,"spent":500,"returned":0,\
                    "refunded":0,"adjusted":-5,"outstanding":195}],"queue":{"waiting":0},\
                    "accrual":{"state":"healthy"},"backup":{"newest_at":"2026-11-28T03:00:00Z","age_seconds":3600}}
                    """)
        ])

    private static let noBackups =
        "No folder is configured (`backups.folder`), or the database's own tools make its backups."

    static let listBackups = Operation(
        id: "listBackups", tag: tag, summary: "List the backups", description: "The newest comes first.",
        responses: [
            .json(.ok, "The backups.", Schema(.array(of: .backup)), example: "[\(Example.backup)]"),
            .problem(.backupsOff, noBackups),
        ])

    static let makeBackup = Operation(
        id: "makeBackup", tag: tag, summary: "Make a backup now",
        description: "It is checked before it is answered. 503 while another one is being made.",
        responses: [
            .json(.created, "The backup.", .backup, example: Example.backup),
            .problem(.backupsOff, noBackups),
        ])

    static let listActions = Operation(
        id: "listActions", tag: tag, summary: "List the actions of the staff",
        description:
            "The newest comes first. With `format=csv` the answer is a table, which is whole if there is no `limit`.",
        parameters: [
            Parameter("format", in: .query, "`csv` for a table.", Schema(.string, "", [.oneOf(["json", "csv"])])),
            Parameter(
                "limit", in: .query, "The most entries of a page; 50 without it.",
                Schema(.integer, "", [.minimum("1"), .maximum("\(ListQuery.limitMax)")])),
            Parameter(
                "cursor", in: .query, "The start of the page. Take it from `Link`; it needs `limit`.",
                Schema(.string, "", [.pattern("^[0-9a-z]+\\.[0-9a-z]+$")])),
        ],
        responses: [
            Response(
                .ok, "A page, or the table.",
                headers: [
                    Header("Link", "The next page, if there is one (RFC 8288).", Schema(.string), isRequired: false)
                ],
                content: [
                    MediaType(
                        "application/json", Schema(.array(of: .action)),
                        examples: [
                            "page": """
                            [{"id":7,"at":"2026-11-28T08:17:12Z","by":"boris","kind":"person","role":"cashier",\
                            "action":"points.adjust","customer":\(Example.name),"subject":"",\
                            "details":{"points":-5,"note":"mistyped"},"address":"192.0.2.7"}]
                            """
                        ]),
                    MediaType(
                        "text/csv", Schema(.string, "A table as RFC 4180 describes it, with a heading."), examples: [:]),
                ]),
            Response(.noContent, "The table has no entries."),
        ])
}
