import HTTP
import Loyalty
import Storage
import Web

/// What users read of their own: kept for who asks again (``AnswerCache``), and not sent to who shows to have it already.
struct UserReads {
    typealias Read = (_ user: UserID, _ request: Request) throws(LoyaltyError) -> Response

    private let versions: any ReadVersions
    private let tags: EntityTags
    private let contentCoding: ContentCoding
    private let answers: AnswerCache

    init(versions: any ReadVersions, tags: EntityTags, contentCoding: ContentCoding) {
        (self.versions, self.tags, self.contentCoding) = (versions, tags, contentCoding)
        answers = AnswerCache(versions: versions)
    }

    /// 304 where the condition of the request says so, an empty list's 204 being a state like any other; a refusal is one
    /// whatever the condition (RFC 9110, section 13.2.1).
    func response(
        to request: Request, of user: UserID, on route: Route, _ read: Read
    ) throws(Problem) -> Response {
        let prefersGzip = Preferences.prefersGzip(request.headers)
        let key = AnswerCache.Key(
            user: user, route: route.number, isPacked: prefersGzip, selection: request.selection(on: route))
        let condition = IfNoneMatch(request.headers)
        // Who shows the state has asked the same before and was not refused: nothing has to be read to know.
        if let condition, let state = state(of: key, at: versions.version), let tag = condition.tag(of: state) {
            return .notModified(tag: tag.text, vary: tag.variation.vary)
        }
        let response = try response(for: key) { () throws(LoyaltyError) in try read(user, request) }
        guard let condition, condition.isAny else { return response }
        return .notModified(tag: response["ETag"], vary: response["Vary"])
    }

    private func response(
        for key: AnswerCache.Key, read: () throws(LoyaltyError) -> Response
    ) throws(Problem) -> Response {
        if let response = answers.response(for: key) { return response }
        // Before the read: a change in between would give its tag to what was so before it.
        let version = versions.version
        let state = state(of: key, at: version)
        var response = contentCoding.packed(try Problem.translating(read), ifPreferred: key.isPacked)
        if let state {
            response.add("ETag", EntityTag(state: state, variation: EntityTag.Variation(of: response)).text)
        }
        answers.insert(response, for: key, version: version)
        return response
    }

    /// What a read of the version, or a later one, would show; nil where the user has changed since, or is changing.
    private func state(of key: AnswerCache.Key, at version: ReadVersion) -> UInt64? {
        guard let change = versions.lastChange(of: key.user), change.commit <= version.commit else { return nil }
        return tags.state(of: key, changedBy: change)
    }
}

extension Request {
    /// What tells two requests for one route apart: the name at the path's end, the query, and the media types that are liked.
    fileprivate func selection(on route: Route) -> [UInt8] {
        let pathEnd = path.endIndex
        let start = route.endsInAnySegment ? path.lastIndex(of: UInt8(ascii: "/")) ?? pathEnd : pathEnd
        let name = target[start...]
        let accepted = headers.all(.accept)
        // Most have none of them, and then nothing is made.
        if name.isEmpty, accepted.isEmpty { return [] }
        return Array(name) + accepted.flatMap { [0] + $0 }
    }
}
