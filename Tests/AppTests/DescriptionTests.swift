import Foundation
import Testing
import Text

@testable import App
@testable import CommandLine
@testable import Configuration
@testable import Owner

/// Everything that is printed or documented about commands, flags and settings agrees with their values.
@Suite struct DescriptionTests {
    private let commands = CommandSet.martlet
    private let help = Help(commands: .martlet)

    @Test func theHandbookHasEveryCommand() throws {
        #expect(try Document.text(of: Document.commands).contains(help.commandsTable), "\(help.commandsTable)")
    }

    @Test func theHandbookHasEveryExitStatus() throws {
        let page = try Document.text(of: Document.commands)
        for status in Set(commands.commands.flatMap(help.allStatuses)) {
            let row = "| \(status) | \(ExitStatus.meaning(of: status)) |"
            #expect(page.contains(row), "\(row)")
        }
    }

    @Test func theHandbookHasEveryFlagAndItsVariable() throws {
        let page = try Document.text(of: Document.settings)
        for setting in Settings.all where !setting.flags.isEmpty {
            #expect(page.contains(help.names(of: setting)), "\(setting.key)")
        }
        let config = CommandOption.config
        #expect(page.contains("| `\(config.flag)` | `\(config.environment ?? "")` | |"))
    }

    /// The handbook states the rule instead of each variable, and no document names a variable that does not exist.
    @Test func variablesFollowTheirKeys() throws {
        for setting in Settings.all where setting.flags.isEmpty {
            let name = "MARTLET_\(setting.key.uppercased().replacingOccurrences(of: ".", with: "_"))"
            #expect(setting.environment == name)
        }
        let known = Settings.all.map(\.environment) + [CommandOption.config.environment]
        let ofTests = [
            "MARTLET_SEED", "MARTLET_TEST_SCALE", "MARTLET_TEST_ENGINE", "MARTLET_CUT", "MARTLET_WRITE_DATABASE",
            "MARTLET_EXECUTABLE", "MARTLET_TEST_POSTGRES_PROGRAMS",
        ]
        for (path, text) in try Document.all() {
            for match in text.matches(of: /MARTLET_[A-Z_]+[A-Z]/) {
                let name = String(match.output)
                #expect(known.contains(name) || ofTests.contains(name), "\(path): \(name)")
            }
        }
    }

    /// The table "limit on one client" has each setting whose explanation says that it limits one address or user, and
    /// no other. Each row names that kind of client.
    @Test func theHandbookHasEveryLimitOnOneClient() throws {
        let table = try Document.text(of: Document.security).components(
            separatedBy: "| limit on one client | setting |")
        try #require(table.count == 2)
        let rows = table[1].components(separatedBy: "\n").dropFirst().prefix { $0.hasPrefix("|") }.dropFirst()
        var listed: [String] = []
        for row in rows {
            let cells = row.components(separatedBy: " | ")
            let client = try #require(cells[0].firstMatch(of: /\bof an? (address|user)\b/)).output.1
            for match in cells[1].matches(of: /`([a-z_.]+)`/) {
                listed.append(String(match.output.1))
                let setting = try #require(Settings.all.first { $0.key == match.output.1 }, "\(match.output.1)")
                #expect(setting.summary.contains(client), "\(row)")
            }
        }
        let limits = Settings.all.filter {
            $0.key.hasSuffix("_max") && $0.summary.contains(/\b(of|from) (one|a) (address|user|login)\b/)
        }
        #expect(limits.count > 5)
        #expect(listed.sorted() == limits.map(\.key).sorted())
    }

    @Test(arguments: [
        ("completion", "usage: martlet completion bash|zsh|fish\n"), ("receipt add", "the rules in force now"),
    ])
    func theHelpOfACommandSays(name: String, words: String) throws {
        let command = try #require(commands[name])
        #expect(help.text(of: command).contains(words))
    }

    /// The explanation of a status or a flag goes on in the next line, below its beginning.
    @Test func rowsOfTheHelpFitATerminal() {
        for command in commands.commands {
            let rows = help.text(of: command).components(separatedBy: "Exit statuses:\n").last?.split(separator: "\n")
            #expect(rows?.allSatisfy { $0.count <= 120 } == true, "\(command.name)")
            let text = rows?.map { $0.drop { $0 == " " } }.joined(separator: " ") ?? ""
            for status in help.allStatuses(of: command) {
                #expect(text.contains(ExitStatus.meaning(of: status)), "\(command.name) \(status)")
            }
        }
    }

    @Test func aFlagTakesTheSameValueInEveryCommand() {
        var values: [String: String] = [:]
        for option in commands.commands.flatMap(\.allOptions) {
            for name in option.names {
                let value = option.value?.name ?? ""
                #expect(values.updateValue(value, forKey: name) ?? value == value, "\(name)")
            }
        }
    }

    private func manualPage() throws -> String {
        guard case .print(let text) = Command.man.action,
            case .run(let invocation) = CommandLineParser(commands).parse(["man"])
        else { throw ConfigurationError("man is no command") }
        return try text(invocation)
    }

    @Test func theManualPageNamesEverything() throws {
        let page = try manualPage()
        let description = page.split(separator: ".SH DESCRIPTION\n").last?.split(separator: ".PP").first
        for engine in ["SQLite", "PostgreSQL"] { #expect(description?.contains(engine) == true, "\(engine)") }
        for command in commands.commands {
            #expect(page.contains(Roff.escaped("\n\(help.synopsis(of: command))\n")), "\(command)")
            for option in command.allOptions {
                #expect(page.contains(Roff.escaped(option.names.joined(separator: ", "))), "\(option.flag)")
            }
        }
        for setting in Settings.all {
            for text in [setting.key, setting.environment, setting.allowed] {
                #expect(page.contains(Roff.escaped(text)), "\(setting.key)")
            }
        }
    }

    /// The description lists each command that a server does, a group by its first word, and no other.
    @Test func theManualPageListsTheOwnersCommands() throws {
        let list = try #require(try manualPage().firstMatch(of: /commands \(([a-z, ]+)\)/)).output.1
        let owners = OwnerCommand.all.map { owner in
            owner.command(of: { _ in preconditionFailure("the command must not be run") })
        }
        #expect(Set(list.components(separatedBy: ", ")) == Set(owners.map { $0.group ?? $0.name }), "\(list)")
    }

    /// The records of an export are those that the staff's API describes.
    @Test func theHelpNamesEveryMemberOfADocument() {
        for command in commands.commands where command.name != "user export" {
            #expect(command.document?.contains("…") != true, "\(command.name)")
        }
    }

    @Test(arguments: [
        ("a-b", #"a\-b"#), (".SH x\n.y", #"\&.SH x"# + "\n" + #"\&.y"#), ("'x'", #"\&\(aqx\(aq"#),
        (#"a\fB"#, #"a\efB"#), ("…", #"\[u2026]"#), ("a.b", "a.b"), ("\u{1F426}", #"\[u1F426]"#),
    ])
    func theManualPageEscapesText(text: String, source: String) {
        #expect(Roff.escaped(text) == source)
    }

    @Test(arguments: Shell.allCases)
    func everyCompletionHasEveryWord(shell: Shell) {
        let script = shell.completion(of: commands)
        for word in commands.firstWords + commands.groups.flatMap(commands.secondWords) {
            #expect(script.contains(word.text), "\(word.text)")
        }
        // fish has the names without their dashes.
        let dashes: Set<Character> = shell == .fish ? ["-"] : []
        for name in commands.commands.flatMap(\.allOptions).flatMap(\.names) {
            #expect(script.contains(name.trimmingPrefix(while: dashes.contains)), "\(name)")
        }
    }

    @Test(arguments: [
        ("srve", "serve"), ("users", "user"), ("user shw", "user show"), ("user reset-pasword", "user reset-password"),
        ("hlep", nil), ("helpp", "help"), ("statz", "stats"), ("Stats", "stats"), ("x", nil), ("", nil),
        ("nonsense", nil), (String(repeating: "serve", count: 100), nil),
    ])
    func theNearestNameIsFound(typed: String, meant: String?) {
        let names = commands.commands.map(\.name) + commands.groups + ["help"]
        #expect(NearestName.of(typed, among: names) == meant)
    }

    @Test(arguments: [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)])
    func theDistanceCountsChanges(a: String, b: String, distance: Int) {
        #expect(NearestName.distance(a, b) == distance)
    }
}
