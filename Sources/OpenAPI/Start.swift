extension Document {
    /// The first requests that a reader sends, in their order. Their programs are those of the operations' examples.
    package struct Start: Sendable {
        package struct Step: Sendable {
            /// The id of the operation.
            let operation: String
            let text: String
            /// True if the response has the token that all later steps present.
            let keepsToken: Bool

            package init(_ operation: String, _ text: String, keepsToken: Bool = false) {
                (self.operation, self.text, self.keepsToken) = (operation, text, keepsToken)
            }
        }

        let description: String
        let steps: [Step]

        package init(_ description: String, _ steps: [Step]) {
            (self.description, self.steps) = (description, steps)
        }
    }
}

extension HTMLWriter {
    /// Writes the first steps as a numbered list.
    mutating func start(_ start: Document.Start, of document: Document) {
        element("section", ["aria-labelledby": "start"]) { writer in
            writer.heading("h2", id: "start", "Start here")
            writer.paragraphs(start.description)
            var token: Sample.Token?
            for (index, step) in start.steps.enumerated() {
                guard let endpoint = document.endpoints.first(where: { $0.operation.id == step.operation }) else {
                    preconditionFailure("a step must name an operation: \(step.operation)")
                }
                let sample = Sample(
                    endpoint, origin: document.origin,
                    token: step.keepsToken ? .keeping : endpoint.needsSession ? token : nil)
                if step.keepsToken { token = .kept }
                writer.element("article", ["aria-labelledby": "start-\(index + 1)"]) { writer in
                    writer.element("div", ["class": "text"]) { writer in
                        writer.heading("h3", id: "start-\(index + 1)", "\(index + 1). \(endpoint.operation.summary)")
                        writer.requestLine(endpoint)
                        writer.element("p", [:], step.text)
                        writer.element("p") { $0.link(to: endpoint.operation.id, "All about this operation") }
                    }
                    writer.element("div", ["class": "side"]) { writer in
                        writer.samples(sample)
                        writer.resultExample(of: endpoint.operation)
                    }
                }
            }
        }
    }
}
