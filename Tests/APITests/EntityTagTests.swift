import Crypto
import HTTP
import Testing

@testable import Web

/// The data on which a tag depends, its text, and the conditions that name it.
@Suite struct EntityTagTests {
    private static let key = ResponseCache.Key(
        user: 1, route: 2, isPacked: false, selection: Array("?limit=1".utf8))

    private static func key(
        user: Int64 = 1, route: Int = 2, isPacked: Bool = false, selection: String = "?limit=1"
    ) -> ResponseCache.Key {
        ResponseCache.Key(
            user: user, route: route, isPacked: isPacked, selection: Array(selection.utf8))
    }

    private static func state(
        epoch: UInt64 = 7, _ key: ResponseCache.Key = key, revision: UInt64 = 3, isShared: Bool = false
    ) -> UInt64 {
        EntityTags(epoch: epoch, sharedHash: isShared ? KeyedHash.sipHash : nil).state(of: key, at: revision)
    }

    /// - Parameter isShared: true for the tags of several servers.
    @Test(arguments: [false, true])
    func dependsOnEverythingThatTheResponseDoes(isShared: Bool) {
        func state(epoch: UInt64 = 7, _ key: ResponseCache.Key = Self.key, revision: UInt64 = 3) -> UInt64 {
            Self.state(epoch: epoch, key, revision: revision, isShared: isShared)
        }
        let others = [
            state(epoch: 8), state(revision: 4), state(Self.key(user: 2)), state(Self.key(route: 3)),
            state(Self.key(selection: "?limit=2")), state(Self.key(selection: "")),
        ]
        #expect(!others.contains(state()))
        #expect(Set(others).count == others.count)
        // All event loops make the same tag, and a packed response has the tag of a plain one.
        #expect(state(Self.key(isPacked: true)) == state())
    }

    /// A server of the next start, or beside this one, makes the same tag.
    @Test func tagsOfSeveralServersAreThoseOfEveryProcess() {
        #expect(Self.state(isShared: true) == 0x352D_562B_DBA5_3080)
    }

    @Test(
        arguments: [0, 1, 0xFF, UInt64.max, 0x0123_4567_89AB_CDEF],
        [EntityTag.Variation(), [.accept, .acceptEncoding]])
    func isReadAsItWasWritten(state: UInt64, variation: EntityTag.Variation) {
        let tag = EntityTag(state: state, variation: variation)
        #expect(tag.text.count == 21 && tag.text.hasPrefix("W/\"") && tag.text.hasSuffix("\""))
        #expect(EntityTag(opaque: Array(tag.text.utf8.dropFirst(3).dropLast())[...]) == tag)
    }

    @Test(
        arguments: [
            (nil, [], nil), ("Accept", [.accept], "Accept"), ("Accept-Encoding", [.acceptEncoding], "Accept-Encoding"),
            ("Accept, Accept-Encoding", [.accept, .acceptEncoding], "Accept, Accept-Encoding"),
        ] as [(String?, EntityTag.Variation, String?)])
    func namesTheFieldsOnWhichTheResponseDepends(vary: String?, variation: EntityTag.Variation, text: String?) {
        var response = Response(.ok)
        if let vary { response.vary(by: vary) }
        #expect(EntityTag.Variation(of: response) == variation)
        #expect(variation.vary == text)
    }

    private static let tag = EntityTag(state: 0xA, variation: .accept)
    private static let ours = #"W/"000000000000000a1""#

    /// Lines of If-None-Match, and true if they name the state.
    @Test(arguments: [
        ([ours], true), ([#""000000000000000a1""#], true), (["  \(ours)\t"], true),
        ([#""x", \#(ours)"#], true), ([#"\#(ours),"x""#], true), ([#",, ,\#(ours),"#], true),
        ([#""a,b", \#(ours)"#], true), ([#"W/"", \#(ours)"#], true), ([#""x""#, ours], true), ([ours, "?"], true),
        ([#""000000000000000A1""#], false), ([#""000000000000000b1""#], false), ([#""00000000000000a1""#], false),
        ([#""000000000000000a11""#], false), ([#"w/\#(ours.dropFirst(2))"#], false),
        ([#"W/ "000000000000000a1""#], false),
        (["000000000000000a1"], false), ([#"'000000000000000a1'"#], false), ([#""000000000000000a1"#], false),
        ([""], false), (["*"], false), (["*, x"], false), ([#""""#], false), (["\""], false), (["W/"], false),
        // Elements after one that is not a tag are ignored, and text between quotes is not a list.
        (["x, \(ours)"], false), ([#""x"\#(ours)"#], false), (["*, \(ours)"], false),
        ([#"", \#(ours), ""#], false),
    ])
    func conditionsAreReadToTheLetter(lines: [String], isThere: Bool) throws {
        let condition = try #require(try condition(lines))
        #expect(condition.tag(of: 0xA) == (isThere ? Self.tag : nil))
        #expect(condition.isAny == (lines == ["*"]))
    }

    @Test func aRequestWithoutOneHasNoCondition() throws {
        #expect(try condition([]) == nil)
    }

    private func condition(_ lines: [String]) throws -> IfNoneMatch? {
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        let fields = lines.map { "If-None-Match: \($0)\r\n" }.joined()
        input.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)[...])
        guard case .request(let request) = try parser.parse(&input) else {
            preconditionFailure("a test sends whole requests")
        }
        return IfNoneMatch(request.headers)
    }
}
