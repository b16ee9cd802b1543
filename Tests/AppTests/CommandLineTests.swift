import Foundation
import Loyalty
import Testing

@testable import App
@testable import CommandLine
@testable import Configuration
@testable import Owner

@Suite struct InvocationTests {
    private let parser = CommandLineParser(.martlet)

    @Test func flagsComeInEveryForm() throws {
        let forms = [
            ["-a", ":1"], ["-a=:1"], ["--run-address", ":1"], ["--run-address=:1"], ["serve", "-a", ":1"],
        ]
        for arguments in forms {
            guard case .run(let invocation) = parser.parse(arguments) else {
                Issue.record("\(arguments)")
                continue
            }
            #expect(invocation.command == .serve)
            #expect(invocation.flags.map(\.value) == [":1"])
        }
        guard case .run(let invocation) = parser.parse(["config", "--config", "x", "-d=a=b"]) else {
            throw ConfigurationError("not run")
        }
        #expect(invocation.file == "x")
        #expect(invocation.flags.map(\.value) == ["a=b"])
    }

    @Test func anExecutableWithAccrualInItsNameIsTheAccrualSystem() throws {
        for (name, arguments, command) in [
            ("martlet", [], Command.serve), ("/usr/bin/martlet", ["accrual"], .accrual), ("accrual", [], .accrual),
            ("./martlet-accrual", ["-a", ":1"], .accrual), ("/accrual/martlet", [], .serve), ("", [], .serve),
            ("./cmd/accrual/accrual_linux_amd64", [], .accrual), ("accrual_linux_amd64", ["-a", ":1"], .accrual),
            ("accrual.bak", ["accrual"], .accrual), ("gophermart-accrual-v2", ["--version"], .version),
            ("accrual_linux_amd64", ["config"], .config), ("/accrual/", [], .accrual), ("/", [], .serve),
            ("./accruals/martlet", [], .serve), ("accrua", [], .serve),
        ] {
            guard case .run(let invocation) = parser.parse(arguments, calledAs: name) else {
                Issue.record("\(name)")
                continue
            }
            #expect(invocation.command == command)
        }
        guard case .help(let text) = parser.parse(["--help"], calledAs: "accrual") else {
            throw ConfigurationError("no help")
        }
        #expect(text.hasPrefix("martlet accrual: "))
    }

    @Test func commandsHaveOneWordOrTwo() {
        for (arguments, command, operands) in [
            (["user", "list"], OwnerCommand.userList.command, []),
            (["user", "add", "anna"], OwnerCommand.userAdd.command, ["anna"]),
            (["adjust", "anna", "-500", "--reason", "why"], OwnerCommand.adjust.command, ["anna", "-500"]),
            (["adjust", "--reason=-5", "anna", "+0.5"], OwnerCommand.adjust.command, ["anna", "+0.5"]),
            (["user", "delete", "--yes", "--", "--json"], OwnerCommand.userDelete.command, ["--json"]),
            (["user", "show", "--", "-h"], OwnerCommand.userShow.command, ["-h"]),
            (["order", "show", "18"], OwnerCommand.orderShow.command, ["18"]),
            (["order", "drop", "--deleted", "--yes"], OwnerCommand.orderDrop.command, []),
            (["refund", "18", "--json", "-d", "x"], OwnerCommand.refund.command, ["18"]),
            (["return", "18", "--reason", "why"], OwnerCommand.goodsReturn.command, ["18"]),
            (["return", "--reason", "why", "18", "0.5"], OwnerCommand.goodsReturn.command, ["18", "0.5"]),
            (["key", "add", "till", "--role=cashier"], OwnerCommand.keyAdd.command, ["till"]),
            (["user", "show", "--user-id", "7"], OwnerCommand.userShow.command, []),
            (["adjust", "+5", "--user-id=7"], OwnerCommand.adjust.command, ["+5"]),
            (["adjust", "--user-id", "7", "--", "-5"], OwnerCommand.adjust.command, ["-5"]),
            (["spend", "anna", "18", "5"], OwnerCommand.spend.command, ["anna", "18", "5"]),
            (["spend", "--user-id=7", "18", "-5"], OwnerCommand.spend.command, ["18", "-5"]),
            (["user", "find", "--order", "18"], OwnerCommand.userFind.command, []),
            (["user", "find", ""], OwnerCommand.userFind.command, [""]),
            (["order", "number"], OwnerCommand.orderNumber.command, []),
        ] as [([String], Command, [String])] {
            guard case .run(let invocation) = parser.parse(arguments) else {
                Issue.record("\(arguments)")
                continue
            }
            #expect(invocation.command == command && invocation.operands == operands, "\(arguments)")
        }
    }

    @Test func aGroupOfCommandsHasHelp() {
        for arguments in [["help", "user"], ["user", "--help"], ["user", "-h"]] {
            guard case .help(let text) = parser.parse(arguments) else {
                Issue.record("\(arguments)")
                continue
            }
            #expect(text.contains("  user reset-password ") && !text.contains("  order list "))
        }
    }

    @Test func aSwitchTakesNoValue() throws {
        guard case .run(let invocation) = parser.parse(["demo", "--chaos", "-a", ":1"]) else {
            throw ConfigurationError("not run")
        }
        #expect(invocation.switches == ["--chaos"])
        #expect(invocation.flags.map(\.value) == [":1"])
    }

    @Test func misuseIsExplained() {
        let cases = [
            (["nonsense"], "there is no command \"nonsense\""), (["-x"], "there is no flag -x"),
            (["-a"], "-a needs a value"),
            (["serve", "more"], "unexpected argument \"more\""), (["demo", "-d", "x"], "there is no flag -d"),
            (["serve", "--chaos"], "there is no flag --chaos"), (["demo", "--chaos=1"], "there is no flag --chaos"),
            (["accrual", "-r", "x"], "there is no flag -r"), (["version", "-a", ":1"], "there is no flag -a"),
            (["help", "x"], "there is no command \"x\""),
            (["-d", "x", "check"], "unexpected argument \"check\": the command comes first, before its flags"),
            (["-d=x", "check", "--json"], "unexpected argument \"check\": the command comes first, before its flags"),
            (["-d=x", "user", "list"], "unexpected argument \"user\": the command comes first, before its flags"),
            (["-d", "check", "x"], "unexpected argument \"x\""), (["serve", "check"], "unexpected argument \"check\""),
            (
                ["user"],
                "user needs a subcommand: list, find, show, orders, withdrawals, ledger, add, reset-password, disable, enable, delete, export"
            ),
            (["user", "nonsense"], "there is no command \"user nonsense\""),
            (["user", "add"], "LOGIN is missing"), (["adjust", "anna"], "+POINTS|-POINTS is missing"),
            (["user", "show", "anna", "--user-id", "7"], "unexpected argument \"anna\""),
            (["user", "delete", "--user-id"], "--user-id needs a value"),
            (["adjust", "--user-id", "7"], "+POINTS|-POINTS is missing"),
            (["adjust", "anna", "+5", "--user-id", "7"], "unexpected argument \"+5\""),
            (["user", "add", "--user-id", "7"], "there is no flag --user-id"),
            (["order", "list", "--limit"], "--limit needs a value"), (["stats", "--yes"], "there is no flag --yes"),
            (["srve"], "there is no command \"srve\"; did you mean \"serve\"?"),
            (["user", "lst"], "there is no command \"user lst\"; did you mean \"user list\"?"),
            (["completion", "tcsh"], "SHELL must be one of bash, zsh, fish"), (["completion"], "SHELL is missing"),
            ([""], "there is no command \"\""), (["a\nb"], "there is no command \"a\\nb\""),
        ]
        for (arguments, reason) in cases {
            guard case .misuse(let text) = parser.parse(arguments) else {
                Issue.record("\(arguments)")
                continue
            }
            #expect(text.hasPrefix("martlet: \(reason)\nusage: martlet "), "\(text)")
        }
    }

    @Test func helpNamesEverything() {
        for arguments in [
            ["--help"], ["-h"], ["help"], ["-a", ":1", "--help"], ["help", "help"], ["help", "--help"], ["help", "-h"],
        ] {
            guard case .help(let text) = parser.parse(arguments) else {
                Issue.record("\(arguments)")
                continue
            }
            for command in CommandSet.martlet.commands { #expect(text.contains("  \(command.name) ")) }
            for setting in Settings.all { #expect(text.contains(setting.flags.first ?? setting.key)) }
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
        }
        for command in CommandSet.martlet.commands {
            let words = command.name.split(separator: " ").map(String.init)
            for arguments in [["help"] + words, words + ["--help"]] {
                guard case .help(let text) = parser.parse(arguments) else {
                    Issue.record("\(arguments)")
                    continue
                }
                #expect(text.hasPrefix("martlet \(command.name): "))
                for flag in command.flags + command.switches { #expect(text.contains(flag)) }
                for status in command.statuses { #expect(text.contains("  \(status)  ")) }
            }
        }
    }

    @Test func theAccrualSystemHasDefaultsOfItsOwn() throws {
        let none = { (_: String) throws(ConfigurationLoader.ReadError) -> [UInt8] in throw .missing }
        let (configuration, _) = try ConfigurationLoader.load(
            flags: [], file: nil, environment: [:], defaults: Command.accrual.defaults, readFile: none)
        #expect(configuration.runAddress == Address(host: "localhost", port: 8081))
        #expect(configuration.database.path == "martlet-accrual.db")
        let (other, _) = try ConfigurationLoader.load(
            flags: [("-d", "a.db")], file: nil, environment: ["RUN_ADDRESS": ":1"], defaults: Command.accrual.defaults,
            readFile: none)
        #expect(other.runAddress == Address(host: nil, port: 1))
        #expect(other.database.path == "a.db")
    }

    /// The example file and the handbook's table agree with the program: a change of one is a change of all.
    @Test func theExampleFileHasEverySettingWithItsDefault() throws {
        #expect(try Document.text(of: "config.example.json") == Configuration().document)
    }

    @Test func theHandbookHasEverySetting() throws {
        let page = try Document.text(of: Document.settings)
        for row in Help(commands: .martlet).settingsTable.split(separator: "\n") {
            #expect(page.contains(row), "\(row)")
        }
    }
}

extension OwnerCommand {
    /// The command, which is not run.
    fileprivate var command: Command { command(of: { _ in preconditionFailure("the command must not be run") }) }
}
