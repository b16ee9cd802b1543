import CommandLine
import Configuration
import Loyalty
import Posix
import Rewards

/// `martlet demo`: a server with an invented accrual system, on a database that is removed at its end.
enum Demo {
    /// The time for an answer of a chaotic accrual system, which is slow at times. It is short, so that a person who
    /// tries it does not wait long.
    private static let chaosTimeoutMilliseconds = 2000

    static func run(_ configuration: Configuration, isChaotic: Bool) -> Int32 {
        let folder: TemporaryFolder
        do throws(SystemError) {
            folder = try TemporaryFolder(prefix: "martlet-demo-")
        } catch {
            StandardStream.error.write("martlet: no temporary folder: \(error)\n")
            return ExitStatus.unavailable
        }
        defer { folder.remove() }
        var configuration = configuration
        configuration.database = DatabaseLocation(path: "\(folder.path)/martlet.db")
        // Its backups would displace those of a shop.
        configuration.backups.folder = nil
        // The person who tries it waits for each step.
        configuration.pipeline.intervalMilliseconds = 100
        configuration.retries.delayMinMilliseconds = 200
        if isChaotic { configuration.pipeline.requestTimeoutMilliseconds = chaosTimeoutMilliseconds }
        return Serve.run(configuration, nil) { [configuration] manager, writer throws(StartError) in
            try Application(configuration, accrual: .invented(isChaotic: isChaotic), manager, log: writer)
        } didStart: {
            let cookies = "\(folder.path)/cookies"
            do throws(SystemError) {
                let text = text(url: "http://\($0[0])", cookies: cookies, isChaotic: isChaotic)
                try StandardStream.output.writeAll(text)
            } catch {
                StandardStream.error.write("martlet: the list of commands to paste can't be printed: \(error)\n")
            }
        }
    }

    /// The text to paste from. Each line is a command of its own.
    static func text(url: String, cookies: String, isChaotic: Bool) -> String {
        let api = "\(url)/api/user"
        let (order, points) = creditedOrder
        // A line end follows each answer, so that the shell's prompt begins a line.
        let get = #"curl -w '\n' -b \#(cookies)"#
        let post = "curl -i -b \(cookies)"
        // At worst there are three time-outs, a pause, and the delays between them.
        let seconds = isChaotic ? 15 : 2
        let chaos = """

            The accrual system misbehaves: each order meets one to \(InventedAccruals.misbehavioursMax) troubles first, always the same for its number.

            """
        return """
            \(isChaotic ? chaos : "")
            Paste these into another terminal; the database is gone when this server stops (Ctrl-C).

            Register, which signs you in:
              curl -i -w '\\n' -c \(cookies) -d '{"login":"anna","password":"secret"}' \(api)/register
            Upload the number of an order, and give the accrual system its time:
              \(post) -d '\(order.digits)' \(api)/orders
              sleep \(seconds)
            See what the order earned, and the balance:
              \(get) \(api)/orders
              \(get) \(api)/balance
            Spend points on another order, and see that:
              \(post) -d '{"order":"2377225624","sum":\(points)}' \(api)/balance/withdraw
              \(get) \(api)/withdrawals
              \(get) \(api)/balance

            Any number with a right check digit is an order: 79927398713, 18, or what `martlet order number 100100` prints ...


            """
    }

    /// The first number from 12345678903 on that earns points, and half of those points.
    private static var creditedOrder: (OrderNumber, Points) {
        for candidate in 0..<1000 {
            guard let number = try? OrderNumber(parsing: Array(String(12_345_678_903 + candidate).utf8)),
                case .processed(let points) = InventedAccruals.verdict(on: number), points.hundredths >= 200
            else { continue }
            return (number, Points(hundredths: points.hundredths / 2))
        }
        preconditionFailure("one of 1000 invented orders must earn points")
    }
}

extension Command {
    static let demo: Command = Command(
        "demo", "try Martlet: a fresh database, invented accruals, and curl commands to paste", options: [.chaos],
        settings: Settings.main.filter { $0.key == "run_address" }, statuses: serverStatuses, effect: .serves,
        opensDatabase: false, defaultFiles: [ConfigurationLoader.workingFile],
        action: .run { invocation, configuration, _ in Demo.run(configuration, isChaotic: invocation.has(.chaos)) })
}

extension CommandOption {
    fileprivate static let chaos = CommandOption(
        "--chaos", nil, "let the accrual system misbehave in every possible way")
}
