import JSON

extension Sample {
    /// A command for shells. A kept token is in the variable `TOKEN`.
    var curl: String {
        var words: [String] = []
        if method.name != (body == nil ? "GET" : "POST") { words.append("-X \(method.name)") }
        if presentsToken { words.append(#"-H "Authorization: Bearer $TOKEN""#) }
        if let body {
            words.append("-H 'Content-Type: \(body.type.name)'")
            let text = json.map { JSONLayout(notation: .json).text(of: $0, indentation: "  ") } ?? body.text
            words.append("--data-raw \(Self.shellQuoted(text))")
        }
        let option = token == .keeping ? "-s " : isStream ? "-N " : result == nil ? "-i " : ""
        let command = (["curl \(option)\(Self.shellWord(url))"] + words).joined(separator: " \\\n  ")
        guard token == .keeping else { return command }
        return #"TOKEN=$(\#(command) |"# + "\n" + #"  sed 's/.*"token":"\([^"]*\)".*/\1/')"#
    }

    /// An ES module for browsers, and for Node.js 18 or later.
    var javaScript: String {
        var lines: [String] = []
        if token == .given { lines += [#"const token = "TOKEN";"#, ""] }
        var fields: [String] = []
        if presentsToken { fields.append("    Authorization: `Bearer ${token}`,") }
        if let body { fields.append("    \"Content-Type\": \(JSONLayout.quoted(body.type.name)),") }
        var options: [String] = []
        if method.name != "GET" { options.append("  method: \"\(method.name)\",") }
        if !fields.isEmpty { options += ["  headers: {"] + fields + ["  },"] }
        if let json {
            options.append("  body: JSON.stringify(\(JSONLayout(notation: .json).text(of: json, indentation: "  "))),")
        } else if let body {
            options.append("  body: \(JSONLayout.quoted(body.text)),")
        }
        let call = "const response = await fetch(\(JSONLayout.quoted(url))"
        lines += options.isEmpty ? ["\(call));"] : ["\(call), {"] + options + ["});"]
        if token == .keeping {
            lines.append("const { token } = await response.json();")
        } else if isStream {
            lines += [
                "const text = response.body.pipeThrough(new TextDecoderStream());",
                "for await (const part of text) console.log(part);",
            ]
        } else if let result {
            lines.append("console.log(response.status, await response.\(result.isJSON ? "json" : "text")());")
        } else {
            lines.append("console.log(response.status);")
        }
        return lines.joined(separator: "\n")
    }

    /// A program that needs the standard library alone. The user's token is in the environment's `TOKEN`.
    var python: String {
        let readsJSON = token == .keeping || result?.isJSON == true
        var modules = ["urllib.request"]
        if token == .given { modules.insert("os", at: 0) }
        if json != nil || readsJSON { modules.insert("json", at: 0) }
        var lines = modules.map { "import \($0)" } + [""]
        var fields: [String] = []
        if presentsToken {
            let token = token == .given ? #"os.environ["TOKEN"]"# : "token"
            fields.append("        \"Authorization\": \"Bearer \" + \(token),")
        }
        if let body { fields.append("        \"Content-Type\": \(JSONLayout.quoted(body.type.name)),") }
        lines += ["request = urllib.request.Request(", "    \(JSONLayout.quoted(url)),"]
        if method.name != "GET" { lines.append("    method=\"\(method.name)\",") }
        if !fields.isEmpty { lines += ["    headers={"] + fields + ["    },"] }
        if let json {
            lines.append(
                "    data=json.dumps(\(JSONLayout(notation: .python).text(of: json, indentation: "    "))).encode(),")
        } else if let body {
            lines.append("    data=\(JSONLayout.quoted(body.text)).encode(),")
        }
        lines += [")", "with urllib.request.urlopen(request) as response:"]
        if token == .keeping {
            lines.append("    token = json.load(response)[\"token\"]")
        } else if isStream {
            lines += ["    for line in response:", "        print(line.decode(), end=\"\")"]
        } else if let result {
            lines.append(
                "    print(response.status, \(result.isJSON ? "json.load(response)" : "response.read().decode()"))")
        } else {
            lines.append("    print(response.status)")
        }
        return lines.joined(separator: "\n")
    }

    /// A word of a shell's command in single quotes, in which no character but the quote has a meaning (POSIX.1-2017,
    /// Shell Command Language, section 2.2.2).
    private static func shellQuoted(_ text: String) -> String {
        "'" + text.replacing("'", with: #"'\''"#) + "'"
    }

    /// A URL without quotes if no shell gives any of its characters a meaning.
    private static func shellWord(_ url: String) -> String {
        url.contains("?") || url.contains("&") ? shellQuoted(url) : url
    }
}
