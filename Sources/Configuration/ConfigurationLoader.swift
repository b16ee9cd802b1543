import JSON

/// Why a configuration is refused, in one line for the owner.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Finds out what is in force: flags win over the environment, that over the JSON file, that over the defaults.
package struct ConfigurationLoader {
    /// A file that is read where it is there, without anybody naming it.
    static let defaultFile = "config.json"

    package enum ReadError: Error, Equatable {
        case missing
        /// This account may not look into the file's folder, so that nothing tells whether there is a file. Why, as the system says
        /// it.
        case hidden(String)
        /// Why, as the system says it.
        case unreadable(String)
    }

    package let environment: [String: String]
    package let readFile: (_ path: String) throws(ReadError) -> [UInt8]

    package private(set) var configuration = Configuration()
    /// One line each, for what may be a mistake and stops nothing.
    package private(set) var warnings: [String] = []

    /// `flags` are settings by the flag that was used, in the order of the command line, so that a later one wins.
    package static func load(
        flags: [(flag: String, value: String)], file: String?, environment: [String: String],
        defaults: Configuration = Configuration(),
        readFile: @escaping (_ path: String) throws(ReadError) -> [UInt8]
    ) throws(ConfigurationError) -> (configuration: Configuration, warnings: [String]) {
        var loader = ConfigurationLoader(environment: environment, readFile: readFile)
        loader.configuration = defaults
        try loader.apply(file: namedFile(file, environment))
        try loader.applyEnvironment()
        for (flag, value) in flags {
            guard let setting = Settings.all.first(where: { $0.flags.contains(flag) }) else {
                preconditionFailure("the command line knows the flags")
            }
            try loader.set(setting, .text(value), from: flag)
        }
        try loader.check()
        return (loader.configuration, loader.warnings)
    }

    /// The file that is read, where it is there.
    package static func file(_ flag: String?, environment: [String: String]) -> String {
        namedFile(flag, environment) ?? defaultFile
    }

    private static func namedFile(_ flag: String?, _ environment: [String: String]) -> String? {
        flag ?? environment["MARTLET_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private init(
        environment: [String: String], readFile: @escaping (_ path: String) throws(ReadError) -> [UInt8]
    ) {
        self.environment = environment
        self.readFile = readFile
    }

    private mutating func set(_ setting: Setting, _ input: Setting.Input, from source: String)
        throws(ConfigurationError)
    {
        guard setting.set(input, &configuration) else {
            throw ConfigurationError("\(source): \(setting.refusal(of: input))")
        }
    }

    /// An empty variable is one that is not set, as a shell's `VARIABLE= martlet` means it, but for settings that something
    /// can be taken from.
    private mutating func applyEnvironment() throws(ConfigurationError) {
        for setting in Settings.all {
            guard let value = environment[setting.environment], setting.allowsEmpty || !value.isEmpty else {
                continue
            }
            try set(setting, .text(value), from: setting.environment)
        }
        let known = Set(Settings.all.map(\.environment) + ["MARTLET_CONFIG"])
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("MARTLET_") && !known.contains(name) && !ServiceLink.isVariable(name, value: value) {
            warnings.append("\(RefusedValue.shownName(name)): no setting has this name")
        }
    }

    /// What two settings must be together.
    private func check() throws(ConfigurationError) {
        let dispatcher = configuration.dispatcher
        guard dispatcher.retryDelayMinMilliseconds <= dispatcher.retryDelayMaxMilliseconds else {
            throw ConfigurationError("dispatcher.retry_delay_min_ms must not be above dispatcher.retry_delay_max_ms")
        }
        let sessions = configuration.sessions
        guard sessions.cookieIsSecure || !CookieName.needsTLS(sessions.cookieName) else {
            throw ConfigurationError(
                "sessions.cookie_name \(sessions.cookieName): browsers take this name over TLS only; set sessions.cookie_secure"
            )
        }
        guard configuration.http.requestLineBytesMax < configuration.http.headBytesMax else {
            throw ConfigurationError("http.request_line_bytes_max must be below http.head_bytes_max")
        }
    }
}

extension ConfigurationLoader {
    private mutating func apply(file: String?) throws(ConfigurationError) {
        let path = file ?? Self.defaultFile
        let bytes: [UInt8]
        do throws(ReadError) {
            bytes = try readFile(path)
        } catch {
            switch error {
            // A file that nothing names is read if it is there; a working directory of another account has none for this one.
            case .missing where file == nil, .hidden where file == nil: return
            case .missing:
                let hint = RefusedValue.fault(in: path).map { ": \($0)" } ?? ""
                throw ConfigurationError("\(name(of: path)): there is no such file\(hint)")
            case .hidden(let reason), .unreadable(let reason):
                throw ConfigurationError("\(name(of: path)): \(reason)")
            }
        }
        let object: JSONObject
        do throws(ConfigurationError) {
            object = try ConfigurationFile.object(bytes)
        } catch {
            throw ConfigurationError("\(name(of: path)): \(error)")
        }
        try apply(object, under: "", of: name(of: path))
    }

    /// A file as messages name it: in quotation marks if its name alone would mislead.
    private func name(of path: String) -> String {
        RefusedValue.fault(in: path) == nil ? path : RefusedValue.shown(path)
    }

    private mutating func apply(
        _ object: JSONObject, under prefix: String, of path: String
    ) throws(ConfigurationError) {
        for member in object.members {
            let key = prefix + member.name
            if let setting = Settings.all.first(where: { $0.key == key }) {
                try set(setting, .json(member.value), from: path)
            } else if Settings.all.contains(where: { $0.key.hasPrefix("\(key).") }) {
                guard let group = member.value.object else {
                    throw ConfigurationError("\(path): \(key) must be an object")
                }
                try apply(group, under: "\(key).", of: path)
            } else {
                let known = Settings.all.map(\.key).filter { $0.hasPrefix(prefix) }.joined(separator: ", ")
                throw ConfigurationError("\(path): \(RefusedValue.shownName(key)) is no setting; there are \(known)")
            }
        }
    }
}
