import JSON
import Text

/// The reason why a configuration is refused, in one line for the owner.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Determines the configuration in force: flags take precedence over the environment, the environment over the JSON
/// file, and the file over the defaults.
package struct ConfigurationLoader {
    /// A file in the working directory, which is read if it exists and no setting names another one.
    package static let workingFile = "config.json"
    /// The settings of the shop that this machine serves. Debian's package installs this file.
    package static let systemFile = "/etc/martlet.json"
    /// If no setting names a file, the first of these that exists is read.
    package static let defaultFiles = [workingFile, systemFile]

    package enum ReadError: Error, Equatable {
        case missing
        /// This account may not search the file's folder, so it is not known whether the file exists. The reason is the
        /// system's.
        case hidden(String)
        /// The system's reason.
        case unreadable(String)
    }

    package let environment: [String: String]
    package let readFile: (_ path: String) throws(ReadError) -> [UInt8]

    package private(set) var configuration = Configuration()
    /// Possible mistakes that do not stop the start, one line each.
    package private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - flags: the settings by their flags, in the order of the command line. A later one takes precedence.
    ///   - file: the file that a flag names.
    ///   - defaultFiles: the files of which the first that exists is read if neither a flag nor a variable names one.
    package static func load(
        flags: [(flag: String, value: String)], file: String?, defaultFiles: [String] = Self.defaultFiles,
        environment: [String: String], defaults: Configuration = Configuration(),
        readFile: @escaping (_ path: String) throws(ReadError) -> [UInt8]
    ) throws(ConfigurationError) -> (configuration: Configuration, warnings: [String]) {
        var loader = ConfigurationLoader(environment: environment, readFile: readFile)
        loader.configuration = defaults
        try loader.applyFile(named: namedFile(file, environment), or: defaultFiles)
        let fileDatabase = loader.configuration.database
        try loader.applyEnvironment()
        if fileDatabase != defaults.database { loader.warnOfFormerDatabase(fileDatabase) }
        for (flag, value) in flags {
            guard let setting = Settings.all.first(where: { $0.flags.contains(flag) }) else {
                preconditionFailure("the command line must pass only flags of settings")
            }
            try loader.set(setting, .text(value), from: flag)
        }
        try loader.check()
        return (loader.configuration, loader.warnings)
    }

    /// The paths of which the first that exists is read.
    package static func files(_ flag: String?, environment: [String: String]) -> [String] {
        namedFile(flag, environment).map { [$0] } ?? defaultFiles
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

    /// An empty variable counts as unset, as in a shell's `VARIABLE= martlet`, except for settings that can be empty.
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

    /// Warns if the configuration names a file, and the environment a server: a command without the environment would
    /// change the file, and say that it succeeded.
    private mutating func warnOfFormerDatabase(_ former: DatabaseLocation) {
        guard case .file(let path) = former, case .server = configuration.database else { return }
        warnings.append(
            "database_uri names the file \(RefusedValue.shown(path)), and DATABASE_URI a server: commands without this variable change the file; remove database_uri"
        )
    }

    /// Checks the settings that depend on each other.
    private func check() throws(ConfigurationError) {
        let retries = configuration.retries
        guard retries.delayMinMilliseconds <= retries.delayMaxMilliseconds else {
            throw ConfigurationError("dispatcher.retry_delay_min_ms must not be above dispatcher.retry_delay_max_ms")
        }
        let sessions = configuration.sessions
        guard sessions.cookieIsSecure || !CookieName.needsTLS(sessions.cookieName) else {
            throw ConfigurationError(
                "sessions.cookie_name \(sessions.cookieName): browsers take this name over TLS only; set sessions.cookie_secure"
            )
        }
        guard configuration.front.limits.requestLineBytesMax < configuration.front.limits.headBytesMax else {
            throw ConfigurationError("http.request_line_bytes_max must be below http.head_bytes_max")
        }
    }
}

extension ConfigurationLoader {
    private mutating func applyFile(
        named file: String?, or defaultFiles: [String]
    ) throws(ConfigurationError) {
        for path in file.map({ [$0] }) ?? defaultFiles {
            let bytes: [UInt8]
            do throws(ReadError) {
                bytes = try readFile(path)
            } catch {
                switch error {
                // A default file is read if it exists. In a folder that this account may not search, it counts as
                // absent.
                case .missing where file == nil, .hidden where file == nil: continue
                case .missing:
                    let hint = RefusedValue.fault(in: path).map { ": \($0)" } ?? ""
                    throw ConfigurationError("\(name(of: path)): there is no such file\(hint)")
                case .hidden(let reason), .unreadable(let reason):
                    throw ConfigurationError("\(name(of: path)): \(reason)")
                }
            }
            return try apply(bytes, of: path)
        }
    }

    private mutating func apply(_ bytes: [UInt8], of path: String) throws(ConfigurationError) {
        let object: JSONObject
        do throws(ConfigurationError) {
            object = try ConfigurationFile.object(bytes)
        } catch {
            throw ConfigurationError("\(name(of: path)): \(error)")
        }
        var given: Set<String> = []
        try apply(object, under: "", of: name(of: path), &given)
    }

    /// Returns the file's name for messages: in quotation marks if the plain name would mislead.
    private func name(of path: String) -> String {
        RefusedValue.fault(in: path) == nil ? path : RefusedValue.shown(path)
    }

    /// - Parameter given: the keys so far. A group may be an object, and a part of the names before dots.
    private mutating func apply(
        _ object: JSONObject, under prefix: String, of path: String, _ given: inout Set<String>
    ) throws(ConfigurationError) {
        for member in object.members {
            let key = prefix + member.name
            if let setting = Settings.all.first(where: { $0.key == key }) {
                guard given.insert(key).inserted else { throw ConfigurationError("\(path): \(key) is given twice") }
                try set(setting, .json(member.value), from: path)
            } else if Settings.all.contains(where: { $0.key.hasPrefix("\(key).") }) {
                guard let group = member.value.object else {
                    throw ConfigurationError("\(path): \(key) must be an object")
                }
                try apply(group, under: "\(key).", of: path, &given)
            } else {
                let hint = Self.hint(at: member.name, under: prefix)
                throw ConfigurationError("\(path): \(RefusedValue.shownName(key)) is not a setting; \(hint)")
            }
        }
    }

    /// The name that a mistyped one is nearest to, or else all names of the object.
    private static func hint(at typed: String, under prefix: String) -> String {
        let rests = Settings.all.map(\.key).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        var names: [String] = []
        for rest in rests {
            let name = String(rest.prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        if let nearest = NearestName.of(typed, among: names + rests) { return "did you mean \(prefix)\(nearest)?" }
        return "there are \(names.map { prefix + $0 }.joined(separator: ", "))"
    }
}
