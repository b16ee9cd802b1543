/// A name of a host, as `Host` has it: letters, digits, `-`, `_` and dots, without a port.
enum HostName {
    /// The longest name of DNS (RFC 1035, section 2.3.4).
    private static let bytesMax = 253

    static func isValid(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= bytesMax
            && labels.allSatisfy { label in
                !label.isEmpty
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            }
    }
}
