import Testing

@testable import HTTP

/// Lists in fields.
@Suite struct FieldElementsTests {
    @Test(arguments: [
        ("", []), ("A:↵", []), ("A: ,↵", []), ("A: , ,\t,↵", []), ("A: a↵", ["a"]), ("A: a,b↵", ["a", "b"]),
        ("A: ,a ,, b\t,↵", ["a", "b"]), ("A: a b ; c=d, e↵", ["a b ; c=d", "e"]),
        ("A: a↵B: b↵a: c,d↵", ["a", "c", "d"]),
        ("A: a,↵A: ,b↵", ["a", "b"]), ("A:↵A: a↵A:↵", ["a"]),
    ])
    func elementsAreFoundInTheOrderOfTheFields(fields: String, elements: [String]) throws {
        let headers = try request("GET / HTTP/1.1↵Host: a↵\(fields)↵").headers
        #expect(headers.list(FieldName("A")).map { text($0) } == elements)
        #expect(headers.list(FieldName("A")).isEmpty == elements.isEmpty)
        for count in 0...(elements.count + 1) {
            let last = headers.lastElements(of: FieldName("A"), countMax: count).map { text($0) }
            #expect(last == Array(elements.reversed().prefix(count)))
        }
    }

    /// The first element is found without looking at the others.
    @Test func thousandsOfElementsAreReadOneByOne() throws {
        let many = String(repeating: "a,", count: 8_000)
        var elements = try request("GET / HTTP/1.1↵Host: a↵A: \(many)↵↵").headers.list(FieldName("A"))
        #expect(elements.next().map { text($0) } == "a")
        #expect(elements.reduce(0) { count, _ in count + 1 } == 7_999)
    }
}
