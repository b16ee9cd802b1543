import Foundation
import Testing

/// Every link between the documents leads to a file and a heading that exist.
@Suite struct LinkTests {
    private static func documents() throws -> [Document] {
        let files = try Repository.files(in: ["Sources", "Tests"]) + [Repository.file("README.md")].compactMap { $0 }
        return files.filter { $0.path.hasSuffix(".md") }.map(Document.init)
    }

    @Test func everyLinkLeadsSomewhere() throws {
        let documents = try Self.documents()
        #expect(documents.flatMap(\.links).count > 50)
        let broken = Document.brokenLinks(of: documents) { path in
            FileManager.default.fileExists(atPath: Repository.root.appending(path: path).path)
        }
        for link in broken { Issue.record("\(link)") }
    }

    @Test func everyDocumentIsReachedFromTheFirst() throws {
        let documents = try Self.documents()
        #expect(documents.count > 15)
        #expect(Document.unreachable(from: "README.md", in: documents) == [])
    }

    @Test(arguments: [
        ("Running a shop", "running-a-shop"), ("The accrual system's API", "the-accrual-systems-api"),
        ("`martlet check`", "martlet-check"), ("0.2.0 (schema 5)", "020-schema-5"), ("a – b", "a--b"),
        ("a_b-c", "a_b-c"),
    ])
    func headingsHaveTheAnchorsOfGitHub(heading: String, anchor: String) {
        #expect(Document.anchor(of: heading) == anchor)
    }

    /// Each kind of broken link is found, and links that work are not reported.
    @Test(arguments: [
        ("[a](B.md)", nil), ("[a](B.md#two-words)", nil), ("[a](#here)", nil), ("[a](../README.md)", nil),
        ("[a](https://example.com/x.md)", nil), ("`[a](C.md)`", nil), ("[a](./B.md) and [b](B.md#two-words-1)", nil),
        ("[a](C.md)", "C.md does not exist"), ("[a](B.md#none)", "B.md#none has no such heading"),
        ("[a](#none)", "#none has no such heading"), ("[a](B.md#code)", "B.md#code has no such heading"),
        ("[a](../../x.md)", "../../x.md is not in the repository"), ("[a](B.md) [b](X.md)", "X.md does not exist"),
    ])
    func brokenLinksAreFound(text: String, problem: String?) {
        let files = [
            SourceFile(path: "Sources/A.md", text: "# Here\n\(text)"),
            SourceFile(path: "Sources/B.md", text: "# B\n## Two words\n```\n# code\n```\n## Two words"),
        ]
        let paths: Set = ["README.md", "Sources/A.md", "Sources/B.md"]
        let broken = Document.brokenLinks(of: files.map(Document.init), exists: paths.contains)
        #expect(broken == (problem.map { ["Sources/A.md:2: \($0)"] } ?? []))
    }

    @Test func documentsWithoutALinkToThemAreFound() {
        let texts = [
            "README.md": "[a](Sources/A.md)", "Sources/A.md": "[b](B.md#x)", "Sources/B.md": "", "Sources/C.md": "",
        ]
        let documents = texts.sorted { $0.key < $1.key }.map { Document(SourceFile(path: $0.key, text: $0.value)) }
        #expect(Document.unreachable(from: "README.md", in: documents) == ["Sources/C.md"])
    }
}
