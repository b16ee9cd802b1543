import TestSupport

/// A page of metrics, parsed as Prometheus parses it (text format 0.0.4). Input that Prometheus would reject is an
/// error.
package struct MetricsPage {
    package struct Sample {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    private struct Family {
        let type: String
        var samples: [Sample] = []
    }

    private var families: [String: Family] = [:]

    package init(_ text: String) throws {
        var current = ""
        var help = ""
        guard text.hasSuffix("\n") else { throw TestFailure("the last line has no end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                guard words.count == 4, Self.isName(words[2]), families[words[2]] == nil else {
                    throw TestFailure("not a help, or a family twice: \(line)")
                }
                help = words[2]
            } else if line.hasPrefix("# TYPE ") {
                guard words.count == 4, words[2] == help, ["counter", "gauge", "histogram"].contains(words[3]) else {
                    throw TestFailure("not a type, or of another family than the help: \(line)")
                }
                guard (words[3] == "counter") == help.hasSuffix("_total") else {
                    throw TestFailure("a counter's name ends in _total, and no other: \(line)")
                }
                current = help
                families[current] = Family(type: words[3])
            } else {
                let sample = try Self.sample(line)
                let suffixes = families[current]?.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { current + $0 == sample.name }) else {
                    throw TestFailure("a sample of another family: \(line)")
                }
                families[current]?.samples.append(sample)
            }
        }
        try checkSamples()
    }

    package var names: [String] { families.keys.sorted() }

    /// Returns the sum of all samples of a name that have these labels, or `nil` if there are none.
    package func sum(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let family = families[name] ?? families[Self.familyName(of: name)]
        let samples = (family?.samples ?? []).filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return samples.isEmpty ? nil : samples.reduce(0) { $0 + $1.value }
    }

    private static func familyName(of name: String) -> String {
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            return String(name.dropLast(suffix.count))
        }
        return name
    }

    private static func sample(_ line: String) throws -> Sample {
        guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/),
            let value = match.3 == "+Inf" ? .infinity : Double(match.3)
        else { throw TestFailure("not a sample: \(line)") }
        var labels: [String: String] = [:]
        var rest = match.2 ?? ""
        while let label = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/) {
            guard labels.updateValue(String(label.2), forKey: String(label.1)) == nil else {
                throw TestFailure("a label twice: \(line)")
            }
            rest = rest[label.range.upperBound...]
        }
        guard rest.isEmpty else { throw TestFailure("not labels: \(line)") }
        return Sample(name: String(match.1), labels: labels, value: value)
    }

    private static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil }

    /// Checks that no sample occurs twice, that counters are not negative, and that buckets rise up to the count.
    private func checkSamples() throws {
        for (name, family) in families {
            let keys = family.samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }
            guard Set(keys).count == keys.count else { throw TestFailure("a sample of \(name) stands twice") }
            guard family.type == "gauge" || family.samples.allSatisfy({ $0.value >= 0 }) else {
                throw TestFailure("\(name) is negative")
            }
            if family.type == "histogram" { try Self.checkHistogram(name, family.samples) }
        }
    }

    private static func checkHistogram(_ name: String, _ samples: [Sample]) throws {
        let series = Dictionary(grouping: samples) { sample in
            sample.labels.filter { $0.key != "le" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        }
        for (labels, samples) in series {
            let buckets = samples.filter { $0.name == "\(name)_bucket" }
            let bounds = buckets.map { $0.labels["le"] == "+Inf" ? .infinity : Double($0.labels["le"] ?? "") ?? .nan }
            let counts = buckets.map(\.value)
            let count = samples.filter { $0.name == "\(name)_count" }.map(\.value)
            guard bounds.last == .infinity, zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }),
                zip(counts, counts.dropFirst()).allSatisfy({ $0 <= $1 }), count == [counts.last],
                samples.count == buckets.count + 2
            else { throw TestFailure("\(name) \(labels) is no histogram: \(bounds) \(counts) \(count)") }
        }
    }
}

extension Server {
    /// The metrics that it shows now.
    package func metrics() throws -> MetricsPage {
        try MetricsPage(Client(endpoint: adminEndpoint()).send("GET", "/metrics").text)
    }
}
