extension HTMLWriter {
    /// Writes a program for each language. The page's script shows one of them at a time.
    mutating func samples(_ sample: Sample) {
        element("div", ["class": "samples"]) { writer in
            for language in Sample.Language.allCases {
                writer.element("figure", ["data-language": language.rawValue]) { writer in
                    writer.element("figcaption") { $0.append(language.rawValue) }
                    writer.code(sample.text(in: language))
                }
            }
        }
    }

    /// Writes the example of the first success, if it has a body.
    mutating func resultExample(of operation: Operation) {
        guard let type = operation.result, let example = type.examples.first else { return }
        element("figure", ["class": "result"]) { writer in
            writer.element("figcaption") { $0.append("Response") }
            writer.code(JSONLayout.shown(example.text, isJSON: type.isJSON))
        }
    }

    /// Writes text as it is, in lines that may be wrapped.
    mutating func code(_ text: String) {
        element("pre") { writer in writer.element("code") { $0.append(text) } }
    }
}
