import HTTP

/// `Cache-Control` (RFC 9111, section 5.2.2).
extension Response.Field {
    /// No cache may keep the response.
    package static let noStore = caching("no-store")
    /// No shared cache may keep the response, and the client's own has to ask before it uses it again.
    package static let privateCaching = caching("private, no-cache")

    static func caching(_ value: String) -> Response.Field { Response.Field(name: "Cache-Control", value: value) }
}

extension Response {
    /// 200 with a user's own data.
    package static func `private`(contentType: String, _ body: Body) -> Response {
        Response(.ok, contentType: contentType, body).withPrivateCaching
    }

    /// 204: a user has no data of the kind.
    package static var privateNothing: Response { Response(.noContent).withPrivateCaching }

    /// 304: the client has the current state. The fields are those that a 200 would have (RFC 9110, section 15.4.5).
    ///
    /// - Parameters:
    ///   - tag: the entity tag of the state; `nil` if it has none.
    ///   - vary: the names of request fields on which the response depends; `nil` if there are none.
    ///   - caching: `Cache-Control`.
    static func notModified(tag: String?, vary: String?, caching: Field = .privateCaching) -> Response {
        var response = Response(.notModified)
        response.add(caching)
        if let vary { response.vary(by: vary) }
        if let tag { response.add("ETag", tag) }
        return response
    }

    private var withPrivateCaching: Response {
        var response = self
        response.add(.privateCaching)
        return response
    }
}
