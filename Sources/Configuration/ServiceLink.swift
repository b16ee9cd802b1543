/// The variables by which Kubernetes and Docker tell a container of services (Kubernetes, "Environment variables" of
/// "Service"). The variables of a service called `martlet` or `martlet-shop` begin like those of Martlet's settings.
enum ServiceLink {
    private static let protocols = ["tcp", "udp", "sctp"]

    /// Returns true if such a variable has this name and this value.
    static func isVariable(_ name: String, value: String) -> Bool {
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        return words.indices.dropFirst().contains { index in
            switch words[index] {
            case "SERVICE": isServiceVariable(words[(index + 1)...])
            case "PORT": isPortVariable(words[(index + 1)...], value)
            default: false
            }
        }
    }

    /// Returns true for the words that may follow `MARTLET_SERVICE_`: `HOST`, `PORT`, or `PORT_` and the name of a
    /// port.
    private static func isServiceVariable(_ words: ArraySlice<Substring>) -> Bool {
        words.first == "PORT" || (words.first == "HOST" && words.count == 1)
    }

    /// Returns true for the words that may follow `MARTLET_PORT`: none, or `_8080_TCP`, or that and `_PROTO`, `_PORT`
    /// or `_ADDR`. A number alone is an attempt to set a port, about which the owner has to hear.
    private static func isPortVariable(_ words: ArraySlice<Substring>, _ value: String) -> Bool {
        guard let port = words.first else { return protocols.contains { value.hasPrefix("\($0)://") } }
        let rest = words.dropFirst(2)
        return UInt16(port) != nil && words.dropFirst().first.map { protocols.contains($0.lowercased()) } ?? false
            && (rest.isEmpty || (rest.count == 1 && ["PROTO", "PORT", "ADDR"].contains(rest.first)))
    }
}
