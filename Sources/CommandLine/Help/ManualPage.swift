import Configuration
import JSON

/// The manual page, in the language of man(7), from the same values that the program runs by.
package struct ManualPage {
    private let commands: CommandSet
    private let help: Help
    private let files: [(name: String, text: String)]

    /// - Parameter files: the files that the program reads and writes, each with a sentence.
    package init(commands: CommandSet, files: [(name: String, text: String)]) {
        self.commands = commands
        self.files = files
        help = Help(commands: commands)
    }

    package var text: String {
        var page = Roff(title: "MARTLET", section: 1, source: "martlet \(Version.text)", manual: "User Commands")
        page.section("NAME")
        page.text("martlet - a small loyalty-points server")
        synopsis(&page)
        description(&page)
        describeCommands(&page)
        exitStatuses(&page)
        settings(&page)
        listFiles(&page)
        signals(&page)
        examples(&page)
        return page.source
    }

    private func synopsis(_ page: inout Roff) {
        page.section("SYNOPSIS")
        page.lines([
            "martlet [COMMAND] [FLAG VALUE]...", "martlet help [COMMAND]",
        ])
    }

    private func description(_ page: inout Roff) {
        page.section("DESCRIPTION")
        page.text(
            "Customers register, sign in, upload the numbers of their orders, collect points for them and spend the points. One "
                + "executable serves the public \"Gophermart\" HTTP API from one SQLite file, or from a database of "
                + "PostgreSQL that several servers share, asks an accrual system what each order earned, or is that system "
                + "itself.")
        page.paragraph(
            "Flags override environment variables, which override the JSON file, which overrides the defaults. Without a "
                + "command, martlet is martlet serve; if the name of the executable contains accrual, it is martlet accrual."
        )
        page.paragraph(
            "If a server runs on a database that is a file, that server does the owner's commands (user, order, adjust, spend, "
                + "refund, return, receipt, rule, staff, key, registration, actions, figures, pool, stats, backups, backup, "
                + "export, check, restored). If no server runs, the command itself works on the file. On PostgreSQL, it "
                + "always works on the database itself.")
    }

    private func describeCommands(_ page: inout Roff) {
        page.section("COMMANDS")
        for command in commands.commands {
            page.subsection(help.synopsis(of: command))
            page.text(sentence(command.summary))
            for detail in command.details { page.paragraph(detail) }
            for option in command.allOptions {
                let value = option.value.map { " \($0.name)" } ?? ""
                page.item(option.names.joined(separator: ", ") + value, sentence(help.explanation(of: option)))
            }
            if let document = command.document { page.paragraph("--json prints \(document)") }
            let statuses = help.allStatuses(of: command).map(String.init).joined(separator: ", ")
            page.paragraph("Exit statuses: \(statuses).")
        }
        page.subsection("martlet help [COMMAND]")
        page.text("Print help on a command, as --help after the command does.")
    }

    private func exitStatuses(_ page: inout Roff) {
        page.section("EXIT STATUS")
        for status in Set(commands.commands.flatMap(help.allStatuses)).sorted() {
            page.item("\(status)", sentence(ExitStatus.meaning(of: status)))
        }
    }

    private func settings(_ page: inout Roff) {
        page.section("SETTINGS")
        page.text(
            "Each setting has a key in the JSON file, with a dot between two levels, and an environment variable.")
        for setting in Settings.all {
            var writer = JSONWriter()
            setting.write(Configuration(), &writer)
            var facts = ["Environment: \(setting.environment)."]
            if !setting.flags.isEmpty { facts.insert("Flags: \(setting.flags.joined(separator: ", ")).", at: 0) }
            facts.append("Default: \(String(decoding: writer.bytes, as: UTF8.self)).")
            facts.append("Allowed: \(setting.allowed).")
            page.item(setting.key, ([sentence(setting.summary)] + facts).joined(separator: "\n"))
        }
    }

    private func listFiles(_ page: inout Roff) {
        page.section("FILES")
        for file in files { page.item(file.name, file.text) }
    }

    private func signals(_ page: inout Roff) {
        page.section("SIGNALS")
        page.item(
            "SIGTERM, SIGINT",
            "The server accepts no more connections, finishes the requests under way and exits with 0. A second signal ends it "
                + "at once.")
        page.item(
            "SIGHUP",
            "The server reads its configuration again, applies the settings that can change while it runs, and logs which "
                + "settings wait for a restart. If the server's terminal was closed, the signal is like SIGTERM.")
    }

    private func examples(_ page: inout Roff) {
        page.section("EXAMPLES")
        for (purpose, line) in [
            ("Serve on every address of the machine:", "martlet serve -a :8080 -d /var/lib/shop/martlet.db"),
            ("Serve a demonstration on a fresh database:", "martlet demo"),
            ("Give a customer points:", "martlet adjust anna +500 --reason 'a late parcel'"),
            ("Back up while the server runs, and check the copy:", "martlet backup a.db && martlet check -d a.db"),
            ("Run it under systemd:", "martlet systemd-unit -a :8080 > /etc/systemd/system/martlet.service"),
        ] {
            page.paragraph(purpose)
            page.example(line)
        }
    }

    /// A summary as a sentence: it begins small and has no full stop, since it is a cell of tables too.
    private func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }
}
