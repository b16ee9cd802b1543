import Configuration
import JSON

/// The manual page, in the language of man(7), from the tables that the program goes by.
enum ManualPage {
    static var text: String {
        var page = Roff(title: "MARTLET", section: 1, source: "martlet \(Help.version)", manual: "User Commands")
        page.section("NAME")
        page.text("martlet - a small loyalty-points server")
        synopsis(&page)
        description(&page)
        commands(&page)
        exitStatuses(&page)
        settings(&page)
        files(&page)
        signals(&page)
        examples(&page)
        return page.source
    }

    private static func synopsis(_ page: inout Roff) {
        page.section("SYNOPSIS")
        page.lines([
            "martlet [COMMAND] [FLAG VALUE]...", "martlet help [COMMAND]",
        ])
    }

    private static func description(_ page: inout Roff) {
        page.section("DESCRIPTION")
        page.text(
            "Customers register, sign in, upload the numbers of their orders, collect points for them and spend the points. One "
                + "executable serves the public \"Gophermart\" HTTP API from one SQLite file, asks an accrual system what each "
                + "order earned, or is that system itself.")
        page.paragraph(
            "Flags win over environment variables, these over the JSON file, that over the defaults. Without a command, "
                + "martlet is martlet serve; called by a name that ends in accrual, it is martlet accrual.")
        page.paragraph(
            "The owner's commands (user, order, adjust, refund, pool, stats, backup, check) are done by the server that runs on "
                + "the database, and on the file where none runs.")
    }

    private static func commands(_ page: inout Roff) {
        page.section("COMMANDS")
        for command in Command.allCases {
            let description = command.description
            page.subsection(Help.synopsis(of: command))
            page.text(sentence(description.summary))
            for detail in description.details { page.paragraph(detail) }
            for option in description.allOptions {
                let value = option.value.map { " \($0.name)" } ?? ""
                page.item(option.names.joined(separator: ", ") + value, sentence(Help.explanation(of: option)))
            }
            if let document = description.document { page.paragraph("--json prints \(document)") }
            let statuses = Help.allStatuses(of: description).map(String.init).joined(separator: ", ")
            page.paragraph("Exit statuses: \(statuses).")
        }
        page.subsection("martlet help [COMMAND]")
        page.text("Say more of a command, as does --help after it.")
    }

    private static func exitStatuses(_ page: inout Roff) {
        page.section("EXIT STATUS")
        for status in Set(Command.allCases.map(\.description).flatMap(Help.allStatuses)).sorted() {
            page.item("\(status)", sentence(ExitStatus.meaning(of: status)))
        }
    }

    private static func settings(_ page: inout Roff) {
        page.section("SETTINGS")
        page.text("Each has its place in the JSON file, a dot for each level, and an environment variable.")
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

    private static func files(_ page: inout Roff) {
        let database = Configuration().database.path
        page.section("FILES")
        page.item("config.json", "The settings, where --config and MARTLET_CONFIG name no other file.")
        page.item(database, "The database, with \(database)-wal and \(database)-shm beside it while the server runs.")
        page.item("\(database)-lock", "Keeps a second server away.")
        page.item(ControlSocket.path(ofDatabase: database), "Where the server takes the owner's commands.")
        page.item(Command.accrual.defaults.database.path, "The database of martlet accrual.")
    }

    private static func signals(_ page: inout Roff) {
        page.section("SIGNALS")
        page.item(
            "SIGTERM, SIGINT",
            "The server accepts no more, finishes what is under way and exits with 0. A second one ends it at once.")
        page.item(
            "SIGHUP",
            "The server reads its configuration again, applies what can change while it runs, and says what waits for a "
                + "restart. Of a terminal that was closed it is as SIGTERM.")
    }

    private static func examples(_ page: inout Roff) {
        page.section("EXAMPLES")
        for (purpose, line) in [
            ("Serve on every address of the machine:", "martlet serve -a :8080 -d /var/lib/shop/martlet.db"),
            ("Serve a demonstration on a fresh database:", "martlet demo"),
            ("Give a customer points:", "martlet adjust anna +500 --reason 'a late parcel'"),
            ("Back up while the server runs, and prove the copy:", "martlet backup a.db && martlet check -d a.db"),
            ("Run it under systemd:", "martlet systemd-unit -a :8080 > /etc/systemd/system/martlet.service"),
        ] {
            page.paragraph(purpose)
            page.example(line)
        }
    }

    /// A summary begins small and has no full stop, for it stands in tables too.
    private static func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }
}
