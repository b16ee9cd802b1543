import Eventual
import HTTP

/// Answers users who read their own data: from ``ResponseCache`` if nothing of theirs has changed, and with 304 if the
/// client has the current state already.
struct UserReads {
    private let tags: EntityTags
    private let contentCoding: ContentCoding
    private let cache = ResponseCache()

    init(tags: EntityTags, contentCoding: ContentCoding) {
        (self.tags, self.contentCoding) = (tags, contentCoding)
    }

    /// The response of the route, or 304 if the request's condition says so. The 204 of an empty list is a state like
    /// any other; a refusal is sent whatever the condition (RFC 9110, section 13.2.1).
    func response(
        to request: Request, of caller: Caller, on route: Route
    ) throws(Problem) -> Eventual<Response, Problem> {
        let key = ResponseCache.Key(
            user: caller.user, route: route.number, isPacked: Preferences.prefersGzip(request.headers),
            selection: request.selection(on: route))
        let condition = IfNoneMatch(request.headers)
        // A client with the tag of this state has sent the same request before and was not refused, so nothing has to
        // be read.
        let state = caller.revision.map { tags.state(of: key, at: $0) }
        if let condition, let state, let tag = condition.tag(of: state) {
            return .now(.notModified(tag: tag.text, vary: tag.variation.vary))
        }
        let response = try response(to: request, of: caller, on: route, key, state: state)
        guard let condition, condition.isAny else { return response }
        return try response.map { .notModified(tag: $0["ETag"], vary: $0["Vary"]) }
    }

    private func response(
        to request: Request, of caller: Caller, on route: Route, _ key: ResponseCache.Key, state: UInt64?
    ) throws(Problem) -> Eventual<Response, Problem> {
        guard let revision = caller.revision, let state else {
            return contentCoding.packed(try route.answer(Call(request, from: caller)), ifPreferred: key.isPacked)
        }
        if let response = cache.response(for: key, at: revision, state: state) { return .now(response) }
        switch try route.answer(Call(request, from: caller)) {
        case .now(let response): return .now(keep(response, key, revision, state))
        case .later(let response):
            return .later { () async throws(Problem) in keep(try await response(), key, revision, state) }
        }
    }

    /// The response as it is sent, which the cache keeps.
    ///
    /// The revision is older than the read. If the user changed in between, then the response is newer than its tag:
    /// the next request comes with a later revision, and finds neither.
    private func keep(
        _ response: Response, _ key: ResponseCache.Key, _ revision: UInt64, _ state: UInt64
    ) -> Response {
        var response = contentCoding.packed(response, ifPreferred: key.isPacked)
        let tag = EntityTag(state: state, variation: EntityTag.Variation(of: response))
        response.add("ETag", tag.text)
        cache.insert(response, for: key, at: revision, state: state)
        return response
    }
}

extension Request {
    /// The parts of a request that tell it from others for the same route: the name at the end of the path, the query,
    /// and the media types that the client prefers.
    fileprivate func selection(on route: Route) -> [UInt8] {
        let pathEnd = path.endIndex
        let start = route.endsInAnySegment ? path.lastIndex(of: UInt8(ascii: "/")) ?? pathEnd : pathEnd
        let name = target[start...]
        let accepted = headers.all(.accept)
        // Most requests have neither, and then no array is made.
        if name.isEmpty, accepted.isEmpty { return [] }
        return Array(name) + accepted.flatMap { [0] + $0 }
    }
}
