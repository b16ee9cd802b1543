/// Writes metrics in the text format of Prometheus (version 0.0.4,
/// prometheus.io/docs/instrumenting/exposition_formats). Each family is written once, with its help and its type.
package struct MetricsText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package typealias Labels = KeyValuePairs<String, String>

    package private(set) var text = ""

    package init() {}

    /// Writes a family of counters, which only grow.
    ///
    /// - Parameter name: ends in `_total`.
    package mutating func counter(_ name: String, _ help: String, _ samples: (inout Samples) -> Void) {
        precondition(name.hasSuffix("_total"), "a counter's name must end in _total")
        family(name, "counter", help, samples)
    }

    package mutating func gauge(_ name: String, _ help: String, _ samples: (inout Samples) -> Void) {
        family(name, "gauge", help, samples)
    }

    package mutating func histogram(_ name: String, _ help: String, _ samples: (inout Samples) -> Void) {
        family(name, "histogram", help, samples)
    }

    /// Writes a counter without labels.
    package mutating func counter(_ name: String, _ help: String, _ value: Int) {
        counter(name, help) { $0.add(value) }
    }

    /// Writes a gauge without labels.
    package mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        gauge(name, help) { $0.add(value) }
    }

    /// Writes a gauge without labels.
    package mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        gauge(name, help) { $0.add(value) }
    }

    private mutating func family(_ name: String, _ type: String, _ help: String, _ samples: (inout Samples) -> Void) {
        precondition(
            help.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") },
            "a help must be one line without backslashes")
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        var family = Samples(name: name)
        samples(&family)
        text += family.text
    }

    /// The samples of one family.
    package struct Samples {
        fileprivate let name: String
        fileprivate var text = ""

        fileprivate init(name: String) {
            self.name = name
        }

        package mutating func add(_ value: Int, _ labels: Labels = [:]) {
            line("", Array(labels), String(value))
        }

        package mutating func add(_ value: Double, _ labels: Labels = [:]) {
            line("", Array(labels), Self.number(value))
        }

        /// Adds the buckets of a histogram. As the format requires, each bucket includes those below it.
        package mutating func add(_ histogram: HistogramSnapshot, _ labels: Labels = [:]) {
            var count = 0
            for (index, more) in histogram.counts.enumerated() {
                count += more
                let bound =
                    index < histogram.bounds.count
                    ? Double(histogram.bounds[index]) / Double(histogram.unitsPerBaseUnit) : .infinity
                line("_bucket", Array(labels) + [("le", Self.number(bound))], String(count))
            }
            line("_sum", Array(labels), Self.number(Double(histogram.sum) / Double(histogram.unitsPerBaseUnit)))
            line("_count", Array(labels), String(count))
        }

        private mutating func line(_ suffix: String, _ labels: [(key: String, value: String)], _ value: String) {
            text += name + suffix
            if !labels.isEmpty {
                text += "{" + labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
            }
            text += " \(value)\n"
        }

        private static func number(_ value: Double) -> String {
            value == .infinity ? "+Inf" : String(value)
        }

        private static func escaped(_ value: String) -> String {
            value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
    }
}
