import Loyalty
import OpenAPI
import Web

extension Operation {
    /// A list that can be had whole or page by page.
    /// - Parameter content: the list's forms, the one that comes by default first.
    static func list(
        id: String, tag: String, summary: String, description: String, content: [MediaType]
    ) -> Operation {
        Operation(
            id: id, tag: tag, summary: summary,
            description: description + " Without `limit` the list is whole; pages neither skip nor repeat anything.",
            parameters: [limit, cursor],
            responses: [
                Response(.ok, "The list, or the part that was asked for.", headers: [link], content: content),
                Response(.noContent, "There is nothing on the list, or behind the cursor."),
                .problem(
                    LoyaltyError.malformed("\"limit\" is not a whole number from 1 to \(ListQuery.limitMax)."),
                    "The limit or the cursor is none of this list, or a cursor stands without a limit."),
            ])
    }

    private static let limit = Parameter(
        "limit", in: .query, "How many entries at most; then `Link` names the next page.",
        Schema(.integer, "", [.minimum("1"), .maximum("\(ListQuery.limitMax)")], example: "100"))

    private static let cursor = Parameter(
        "cursor", in: .query,
        "Where the page begins: take it from `Link`, it means nothing else. It goes with `limit`, and is one user's.",
        Schema(.string, "", [.pattern("^[0-9a-z]+\\.[0-9a-z]+$")]))

    private static let link = Header(
        "Link", "The next page, where there is one (RFC 8288).",
        Schema(
            .string, "", [.pattern("^<[^>]+>; rel=\"next\"$")],
            example: #""</api/user/orders?limit=100&cursor=2s.1x8k3>; rel=\"next\"""#), isRequired: false)
}
