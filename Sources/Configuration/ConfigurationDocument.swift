import JSON

extension Configuration {
    /// The configuration as a JSON file with one setting per line.
    package var document: String {
        var lines: [String] = []
        var group = ""
        for setting in Settings.all {
            let parts = setting.key.split(separator: ".")
            let settingGroup = parts.count > 1 ? String(parts[0]) : ""
            if settingGroup != group {
                if !group.isEmpty { lines.append("  },") }
                if !settingGroup.isEmpty { lines.append("  \"\(settingGroup)\": {") }
                group = settingGroup
            }
            var writer = JSONWriter()
            setting.write(self, &writer)
            let indent = group.isEmpty ? "  " : "    "
            lines.append("\(indent)\"\(parts[parts.count - 1])\": \(String(decoding: writer.bytes, as: UTF8.self)),")
        }
        if !group.isEmpty { lines.append("  },") }
        // The last member of each object has no comma.
        for index in lines.indices.dropLast() where lines[index + 1].hasPrefix("  }") {
            if lines[index].hasSuffix(",") { lines[index].removeLast() }
        }
        if lines.last?.hasSuffix(",") == true { lines[lines.count - 1].removeLast() }
        return "{\n\(lines.joined(separator: "\n"))\n}\n"
    }
}
