/// A file holds one concept, and a function fits a screen.
extension Rule {
    static let linesMax = 300
    static let functionLinesMax = 50

    static let lengths: [Rule] = [
        Rule(description: "a file holds one concept: at most \(linesMax) lines") { file in
            file.isSwift && file.lines.count > linesMax + 1 ? [linesMax + 1] : []
        },
        Rule(description: "a function fits a screen: at most \(functionLinesMax) lines") { file in
            // A table of cases may be longer: it is a property beside the function that reads it.
            file.isSwift ? file.functions.filter { $0.count > functionLinesMax }.map { $0.lowerBound + 1 } : []
        },
    ]
}

extension SourceFile {
    /// The lines of each function with a body, found by the indentation that the formatter gives them.
    fileprivate var functions: [ClosedRange<Int>] {
        let pattern = /^( *)(?:@?\w+(?:\([^)]*\))? )*(?:func \S|init[?(<])/
        return lines.indices.compactMap { start in
            guard lines[start].contains("func ") || lines[start].contains("init"),
                let head = lines[start].firstMatch(of: pattern)
            else { return nil }
            let end = lines[start...].firstIndex(of: head.output.1 + "}")
            let blank = lines[start...].firstIndex { $0.isEmpty } ?? lines.endIndex
            // A requirement of a protocol has no body.
            guard let end, lines[start..<min(end, blank)].contains(where: { $0.hasSuffix("{") }) else { return nil }
            return start...end
        }
    }
}
