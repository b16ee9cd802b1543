import HTTP

/// A client's preferences among several names, with weights in thousandths (RFC 9110, section 12.4.2). A malformed
/// element is ignored.
package struct Preferences {
    private let elements: [(name: ArraySlice<UInt8>, weight: Int)]

    /// The most elements that are read. Browsers send at most ten, and a head has room for eight thousand.
    private static let elementsMax = 64
    /// The most parameters of an element. An element with more is ignored.
    private static let parametersMax = 8

    /// Reads the preferences of a request.
    ///
    /// - Parameters:
    ///   - field: the name of the field.
    ///   - hasParameters: true for media types, which may have parameters before the weight. Those are ignored. Codings
    ///     have none.
    init(_ headers: Headers, _ field: FieldName, hasParameters: Bool) {
        elements = headers.list(field).prefix(Self.elementsMax).compactMap { element in
            let parts = element.split(
                separator: UInt8(ascii: ";"), maxSplits: Self.parametersMax + 1, omittingEmptySubsequences: false
            ).map(\.trimmed)
            let parameters = parts.dropFirst()
            guard parameters.count <= Self.parametersMax else { return nil }
            guard parameters.count <= 1 || hasParameters else { return nil }
            let isWeighted = parameters.last?.prefix(2).equalsIgnoringCase("q=") ?? false
            guard isWeighted || parameters.isEmpty || hasParameters else { return nil }
            return (isWeighted ? Self.weight(parameters.last!.dropFirst(2)) : 1000).map { (parts[0], $0) }
        }
    }

    /// The highest weight of the names; `nil` if the field has none of them.
    func weight(of names: String...) -> Int? {
        elements.filter { element in names.contains { element.name.equalsIgnoringCase($0) } }.map(\.weight).max()
    }

    /// The weight in thousandths of a text such as `0.5`; `nil` if it is malformed.
    private static func weight(_ digits: ArraySlice<UInt8>) -> Int? {
        let text = Array(digits)
        guard let whole = text.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1"), text.count <= 5,
            text.count == 1 || text[1] == UInt8(ascii: ".")
        else { return nil }
        var weight = Int(whole - UInt8(ascii: "0")) * 1000
        var place = 100
        for byte in text.dropFirst(2) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            weight += Int(byte - UInt8(ascii: "0")) * place
            place /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}

extension Preferences {
    /// Returns true if the client likes a packed response at least as well as a plain one.
    package static func prefersGzip(_ headers: Headers) -> Bool {
        guard headers[.acceptEncoding] != nil else { return false }
        let preferences = Preferences(headers, .acceptEncoding, hasParameters: false)
        guard let gzip = preferences.weight(of: "gzip", "x-gzip") ?? preferences.weight(of: "*"), gzip > 0 else {
            return false
        }
        return gzip >= preferences.weight(of: "identity") ?? 0
    }

    /// Returns true if the client likes a table better than JSON.
    package static func prefersCSV(_ headers: Headers) -> Bool {
        let preferences = Preferences(headers, .accept, hasParameters: true)
        guard let csv = preferences.weight(of: "text/csv") else { return false }
        let json = preferences.weight(of: "application/json") ?? preferences.weight(of: "application/*", "*/*")
        return csv > json ?? 0
    }
}
