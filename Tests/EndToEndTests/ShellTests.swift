import EndToEndSupport
import Foundation
import Testing

/// Text that the program prints for other programs, tried with them: completions in shells, and the manual page in man.
@Suite(.serialized)
struct ShellTests {
    /// The typed lines and their completions; files are those of the folder.
    private static let completions: [(line: String, offers: Set<String>)] = [
        ("us", ["user"]), ("user re", ["reset-password"]), ("user ", ["list", "show", "add", "delete"]),
        ("serve --d", ["--database-uri"]), ("--ru", ["--run-address"]), ("user add anna --g", ["--generate"]),
        ("order list --status P", ["PROCESSING", "PROCESSED"]), ("order list --status=I", ["INVALID"]),
        ("help ord", ["order"]), ("help user res", ["reset-password"]), ("completion ", ["bash", "zsh", "fish"]),
        ("backup poi", ["points one.db", "points.db"]), ("-d points.", ["points.db"]),
        ("check --config=points.", ["points.db"]), ("order list --user p", []), ("nonsense p", []),
    ]

    /// Asks the function that the script registers, as bash would; it takes `--flag=value` apart there.
    private static let bash = """
        source ./martlet
        read -ra COMP_WORDS <<<"martlet ${1//=/ = }"
        [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _martlet
        printf '<%s>\\n' "${COMPREPLY[@]}"
        """

    private static let fish = """
        source ./martlet
        for offer in (complete -C "martlet $argv[1]")
            echo "<"(string split \\t -- $offer)[1]">"
        end
        """

    /// A zsh on a terminal of its own, a tab pressed in it; what its completion adds is told.
    private static let zsh = """
        zmodload zsh/zpty
        export ZDOTDIR=$PWD
        zpty terminal zsh -d -i
        zpty -r terminal text '*{ready}*'
        zpty -n -w terminal "martlet $1"$'\\t'
        zpty -r terminal text '*{end}*'
        print -r -- "${text##*\\{ready\\}}"
        """
    private static let zshrc = """
        PROMPT= RPROMPT=
        fpath=($ZDOTDIR $fpath)
        autoload -Uz compinit
        compinit -u -D
        bindkey '^I' complete-word
        compadd() {
            local flags=" ${@[1,(i)(-|--)]} "
            if [[ $flags != *' -'[OAD]* ]]; then
                local -a hits
                builtin compadd -A hits "$@"
                (( $#hits )) && print -rl -- "<"${^hits}">"
            fi
            builtin compadd "$@"
        }
        end-line() { print -r -- '{end}'; }
        comppostfuncs=(end-line)
        zle-line-init() { print -r -- '{ready}'; }
        zle -N zle-line-init
        """

    @Test(arguments: ["bash", "zsh", "fish"])
    func completes(shell: String) throws {
        guard let path = Self.find(shell) else { return }
        let folder = try Folder()
        for name in ["points.db", "points one.db"] { try folder.write("", to: name) }
        try folder.write(
            try Self.output(["completion", shell], in: folder), to: shell == "zsh" ? "_martlet" : "martlet")
        let arguments: [String]
        switch shell {
        case "bash": arguments = ["--norc", "-c", Self.bash, "bash"]
        case "fish": arguments = ["--no-config", "-c", Self.fish, "--"]
        default:
            try folder.write(Self.zshrc, to: ".zshrc")
            arguments = ["-f", "-c", Self.zsh, "zsh"]
        }
        for (line, offers) in Self.completions {
            let run = try Server(
                in: folder, arguments: arguments + [line], environment: Self.environment(folder), executable: path)
            _ = try run.waitForEnd()
            let said = run.outputText
            let offered = Set(said.matches(of: /<([^<>]+)>/).map { Self.word(String($0.output.1)) })
            // Where all begins alike, bash offers --help too.
            let isWhole = !line.hasSuffix(" ")
            #expect(
                isWhole ? offered == offers : offered.isSuperset(of: offers), "\(line): \(offered) \(run.logText)")
        }
    }

    /// The lines of the help install a completion in a home that has no folder for it.
    @Test(arguments: [
        ("bash", ".local/share/bash-completion/completions/martlet"), ("fish", ".config/fish/completions/martlet.fish"),
    ])
    func installsTheCompletion(shell: String, file: String) throws {
        guard let path = Self.find(shell) else { return }
        let folder = try Folder()
        let label = "For \(shell): "
        let lines = try Self.output(["help", "completion"], in: folder).components(separatedBy: "\n")
        let line = try #require(lines.first { $0.hasPrefix(label) })
        #expect(line.count <= 120)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("martlet"), withDestinationPath: Server.executable)
        var environment = Self.environment(folder)
        environment["PATH"] = "\(folder.path):/usr/bin:/bin"
        let run = try Server(
            in: folder, arguments: ["-c", String(line.dropFirst(label.count))], environment: environment,
            executable: path)
        #expect(try run.waitForEnd() == 0, "\(run.logText)")
        let installed = try String(contentsOfFile: folder.file(file), encoding: .utf8)
        #expect(try installed == Self.output(["completion", shell], in: folder))
    }

    @Test func manReadsThePageWithoutAWarning() throws {
        guard let man = Self.find("man"), Self.find("groff") != nil else { return }
        let folder = try Folder()
        try folder.write(try Self.output(["man"], in: folder), to: "martlet.1")
        for width in ["60", "80", "200"] {
            var environment = Self.environment(folder)
            environment["MANWIDTH"] = width
            let run = try Server(
                in: folder, arguments: ["--warnings", "-l", folder.file("martlet.1")], environment: environment,
                executable: man)
            #expect(try run.waitForEnd() == 0)
            #expect(run.logText.isEmpty, "\(run.logText)")
            #expect(run.outputText.contains("user reset-password") && run.outputText.contains("SIGTERM"))
        }
    }

    /// Returns an offer as a whole word: fish gives `--flag=value`, and escapes a space with a backslash.
    private static func word(_ offer: String) -> String {
        let offer = offer.replacingOccurrences(of: "\\ ", with: " ")
        guard offer.hasPrefix("--"), let value = offer.split(separator: "=").dropFirst().first else { return offer }
        return String(value)
    }

    private static func output(_ arguments: [String], in folder: Folder) throws -> String {
        let martlet = try Server(in: folder, arguments: arguments)
        #expect(try martlet.waitForEnd() == 0)
        return martlet.outputText
    }

    private static func environment(_ folder: Folder) -> [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "LC_ALL": "C.UTF-8", "TERM": "dumb"]
    }

    /// Returns the path of a program, or `nil` if it is not installed and there is nothing to test.
    private static func find(_ program: String) -> String? {
        ["/usr/bin", "/bin", "/usr/local/bin"].map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
