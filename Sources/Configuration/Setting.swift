import JSON

/// A setting: its names, its allowed values, and its place in a ``Configuration``.
package struct Setting: Sendable {
    /// A value from a flag or the environment, or from the JSON file.
    package enum Input: Sendable {
        case text(String)
        case json(JSONValue)
    }

    /// The key in the JSON file, with a dot between two levels: `dispatcher.interval_ms`.
    package let key: String
    package let environment: String
    /// Empty if no flag sets it.
    package let flags: [String]
    /// The value of the flags in the usage.
    package let flagValue: SettingValue
    /// The effect, in a phrase.
    package let summary: String
    /// The allowed values, to follow "must be".
    package let allowed: String
    /// True if an empty environment variable is a value; otherwise it counts as unset.
    let allowsEmpty: Bool
    /// Sets the value, and returns false if it is not allowed.
    package let set: @Sendable (Input, inout Configuration) -> Bool
    /// Writes the value in the form of the JSON file.
    package let write: @Sendable (Configuration, inout JSONWriter) -> Void
    /// Returns the fault of a refused text, or `nil` if the allowed values explain it.
    let hint: @Sendable (String) -> String?
}

extension Setting {
    /// Returns the message about a refused value, in one line: the allowed values, the value, and its fault.
    /// `dispatcher.workers must be a whole number from 1 to 1024, and not "8\r": it ends with a carriage return, …`
    package func refusal(of input: Input) -> String {
        let shown: String
        var reason: String?
        switch input {
        case .text(let text), .json(.string(let text)):
            shown = RefusedValue.shown(text)
            reason = hint(text)
        case .json(let value):
            var writer = JSONWriter()
            writer.value(value)
            shown = RefusedValue.shownJSON(String(decoding: writer.bytes, as: UTF8.self))
        }
        if case .json(.string(let text)) = input {
            var configuration = Configuration()
            if set(.text(text), &configuration) { reason = "in JSON it has no quotation marks" }
        }
        return "\(key) must be \(allowed), and not \(shown)\(reason.map { ": \($0)" } ?? "")"
    }

    /// The value as a flag or the environment gives it; `nil` if they cannot.
    package func text(_ configuration: Configuration) -> String? {
        var writer = JSONWriter()
        write(configuration, &writer)
        guard let value = try? JSONParser.parse(writer.bytes[...]) else {
            preconditionFailure("a setting must write JSON")
        }
        if case .null = value { return nil }
        if let elements = value.array { return elements.compactMap(\.string).joined(separator: ",") }
        return value.string ?? String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// How values of a type are read and written.
package struct SettingKind<Value: Sendable>: Sendable {
    let allowed: String
    let read: @Sendable (Setting.Input) -> Value?
    let write: @Sendable (Value, inout JSONWriter) -> Void
    /// Returns the fault of a refused text; see ``Setting/hint``.
    var hint: @Sendable (String) -> String? = { RefusedValue.fault(in: $0) }
}

extension Setting {
    /// A setting that has only a key and the environment variable that follows from it.
    package init<Value>(
        _ key: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ kind: SettingKind<Value>,
        _ summary: String, allowsEmpty: Bool = false
    ) {
        self.init(
            key, flags: [], "VALUE", environment: "MARTLET_" + key.uppercased().replacing(".", with: "_"), path, kind,
            summary, allowsEmpty: allowsEmpty)
    }

    package init<Value>(
        _ key: String, flags: [String], _ flagValue: SettingValue, environment: String,
        _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ kind: SettingKind<Value>, _ summary: String,
        allowsEmpty: Bool = false
    ) {
        self.key = key
        self.allowsEmpty = allowsEmpty
        self.environment = environment
        self.flags = flags
        self.flagValue = flagValue
        self.summary = summary
        allowed = kind.allowed
        set = { input, configuration in
            guard let value = kind.read(input) else { return false }
            configuration[keyPath: path] = value
            return true
        }
        write = { configuration, writer in kind.write(configuration[keyPath: path], &writer) }
        hint = kind.hint
    }
}

extension SettingKind {
    package static func integer(_ range: ClosedRange<Int>) -> SettingKind<Int> {
        SettingKind<Int>(allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)") { input in
            let value: Int? =
                switch input {
                case .text(let text): Int(text)
                case .json(let value): value.number.flatMap { try? $0.scaled(places: 0) }.flatMap { Int(exactly: $0) }
                }
            return value.flatMap { range.contains($0) ? $0 : nil }
        } write: { value, writer in
            writer.literal(String(value))
        }
    }

    /// A limit that 0 turns off.
    static func limit(_ range: ClosedRange<Int>) -> SettingKind<Int?> {
        let integer = SettingKind<Int>.integer(0...range.upperBound)
        return SettingKind<Int?>(allowed: integer.allowed) { input -> Int?? in
            integer.read(input).map { number -> Int? in number == 0 ? nil : number }
        } write: { value, writer in
            integer.write(value ?? 0, &writer)
        }
    }

    static var boolean: SettingKind<Bool> {
        SettingKind<Bool>(allowed: "true or false") { input in
            switch input {
            case .text("true"), .json(.bool(true)): true
            case .text("false"), .json(.bool(false)): false
            default: nil
            }
        } write: { value, writer in
            writer.literal(value ? "true" : "false")
        }
    }

    /// A value that is written as one string.
    package static func text(
        _ allowed: String, parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String,
        hint: @escaping @Sendable (String) -> String? = { RefusedValue.fault(in: $0) }
    ) -> SettingKind<Value> {
        SettingKind(
            allowed: allowed,
            read: { input in
                switch input {
                case .text(let text), .json(.string(let text)): parse(text)
                default: nil
                }
            }, write: { value, writer in writer.string(write(value)) }, hint: hint)
    }

    /// The path of a file or folder; ``PathText`` refuses texts that are not paths.
    package static func path(_ allowed: String) -> SettingKind<String> {
        .text(
            allowed, parse: { PathText.fault(in: $0) == nil ? $0 : nil }, write: { $0 },
            hint: { PathText.fault(in: $0) })
    }

    /// A value that may be missing: `null` in JSON.
    static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> SettingKind<Wrapped?> {
        SettingKind<Wrapped?>(
            allowed: kind.allowed,
            read: { input in
                if case .json(.null) = input { return .some(nil) }
                return kind.read(input).map { .some($0) }
            },
            write: { value, writer in
                if let value { kind.write(value, &writer) } else { writer.literal("null") }
            }, hint: kind.hint)
    }

    /// An array of strings. As text, they are separated by commas.
    package static func list(_ allowed: String, isElement: @escaping @Sendable (String) -> Bool) -> SettingKind<
        [String]
    > {
        SettingKind<[String]>(allowed: "\(allowed); commas between several in a variable") { input in
            let elements: [String?] =
                switch input {
                case .text(let text): text.split(separator: ",").map { $0.withoutSpaces }.filter { !$0.isEmpty }
                case .json(.array(let values)): values.map(\.string)
                default: [nil]
                }
            return elements.allSatisfy { $0.map(isElement) ?? false } ? elements.compactMap { $0 } : nil
        } write: { value, writer in
            writer.array { writer in
                for element in value { writer.string(element) }
            }
        }
    }
}

extension Substring {
    /// The text without the spaces at its ends.
    fileprivate var withoutSpaces: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
