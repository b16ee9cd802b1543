import Loyalty
import OpenAPI
import Web

extension Operation {
    /// A list that can be read whole or page by page.
    ///
    /// - Parameter content: the formats of the list, the default first.
    static func list(
        id: String, tag: String, summary: String, description: String, content: [MediaType]
    ) -> Operation {
        Operation(
            id: id, tag: tag, summary: summary,
            description: description
                + " Without `limit` the list is whole. Entries that are added meanwhile cause neither gaps nor repetitions between pages.",
            parameters: [limit, cursor],
            responses: [
                Response(.ok, "The list, or the requested part.", headers: [link], content: content),
                Response(.noContent, "The list has no entries, or none after the cursor."),
                .problem(
                    LoyaltyError.malformed("\"limit\" is not a whole number from 1 to \(ListQuery.limitMax)."),
                    "The limit or the cursor is invalid, or a cursor comes without a limit."),
            ])
    }

    private static let limit = Parameter(
        "limit", in: .query, "The most entries of a page. `Link` then names the next page.",
        Schema(.integer, "", [.minimum("1"), .maximum("\(ListQuery.limitMax)")], example: "100"))

    private static let cursor = Parameter(
        "cursor", in: .query,
        "The start of the page. Take it from `Link`: its text has no other meaning. It needs `limit`, and belongs to one user.",
        Schema(.string, "", [.pattern("^[0-9a-z]+\\.[0-9a-z]+$")]))

    private static let link = Header(
        "Link", "The next page, if there is one (RFC 8288).",
        Schema(
            .string, "", [.pattern("^<[^>]+>; rel=\"next\"$")],
            example: #""</api/user/orders?limit=100&cursor=2s.1x8k3>; rel=\"next\"""#), isRequired: false)
}
