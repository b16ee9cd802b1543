import HTTP

/// A kind of refusal (RFC 9457, section 3.1).
///
/// A client decides by the type's name, which never changes. The title and the explanation are for people, and may
/// change. An API lists its types in its documentation, where the URI of each leads to its explanation.
package struct ProblemType: Hashable, Sendable {
    /// The last part of ``uri``: `unknown-path`.
    package let name: String
    package let status: Status
    /// The kind in a few words, the same for every problem of the type.
    package let title: String
    /// For a developer: the meaning of the type, and what to do about it. Code stands in backticks.
    package let explanation: String

    package init(_ name: String, _ status: Status, _ title: String, _ explanation: String) {
        precondition(status.rawValue >= 400, "a problem's status must be 4xx or 5xx")
        (self.name, self.status, self.title, self.explanation) = (name, status, title, explanation)
    }

    /// A reference to the type's explanation on the server that sent the problem.
    package var uri: String { "/docs#problem-\(name)" }
}
