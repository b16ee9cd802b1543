import HTTP
import OpenAPI
import Web

extension Operation {
    static let followEvents = Operation(
        id: "followEvents", tag: "Events", summary: "Follow changes as they happen",
        description: """
            Server-sent events (WHATWG HTML, section 9.2), for as long as the session and the connection last: `order` with an \
            `Order` for each change of an order's status, and `balance` with a `Balance` for each change of the balance. If the \
            server no longer has an event that the client missed, it sends `reset`: read everything again. The ids of events \
            grow. A comment comes every 15 seconds, unless the server's owner has set another time.
            """,
        parameters: [
            Parameter(
                "Last-Event-ID", in: .header,
                "The id of the last event that the client received. The server sends the later ones again, in the same order.",
                Schema(.string))
        ],
        responses: [
            Response(
                .ok, "The events from now on, or those after `Last-Event-ID`.",
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
