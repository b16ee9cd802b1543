import HTTP
import OpenAPI
import Web

extension Operation {
    static let followEvents = Operation(
        id: "followEvents", tag: "Events", summary: "Be told of changes as they happen",
        description: """
            Server-sent events (WHATWG HTML, section 9.2), for as long as the session and the connection last: `order` with an \
            `Order` for each change of an order's status, `balance` with a `Balance` for each change of the balance, `reset` \
            where something was missed that is not kept any more, and then everything is to be read afresh. Each has an id that \
            grows. A comment comes every 15 seconds, where the server's owner set nothing else.
            """,
        parameters: [
            Parameter(
                "Last-Event-ID", in: .header,
                "The id of the last event that the client got: what came since is told again, in the same order.",
                Schema(.string))
        ],
        responses: [
            Response(
                .ok, "The events from now on, or those behind `Last-Event-ID`.",
                content: [
                    MediaType(
                        "text/event-stream", Schema(.string),
                        examples: [
                            "events": """
                            id: 17
                            event: order
                            data: {"number":"12345678903","status":"PROCESSED","accrual":700,"uploaded_at":"2026-11-23T08:17:12Z"}

                            id: 18
                            event: balance
                            data: {"current":700,"withdrawn":0}


                            """
                        ])
                ]),
            .problem(EventRoutes.tooManyOfUser, "Too many streams of this user are open."),
        ])
}
