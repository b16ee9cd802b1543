import API
import CommandLine
import JSON
import Loyalty
import Storage

/// The figures of the last days as rows, with the state of queue, accrual system and backups.
struct FigureList: StoreOperation, Equatable {
    /// The number of days, one of `ShopDays.counts`. All of them are one answer, so that they show one state of the
    /// store: 400 rows of about 200 bytes.
    let days: Int64

    static let daysDefault = 7

    static var wire: WireForm<Self> {
        WireForm("figures", .integer("days", \.days)) { days in
            ShopDays.counts.contains(Int(clamping: days)) ? Self(days: days) : nil
        }
    }

    var summary: String { "figures of \(days) days" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let shown = ShopDays(last: Int(days), upTo: context.now)
        let figures = try context.repository.readAsStaff { repository throws(LoyaltyError) in
            try shown.figures(in: repository)
        }
        for (day, figures) in figures { row(JSONObject(written: { $0.figures(figures, of: day) })) }
        let state = try context.pool()?.state()
        let backups = context.surroundings.backups
        return .success(
            JSONObject([
                "queue": .object(["waiting": state.map { .integer($0.waiting) } ?? .null]),
                "accrual": .object(["state": .text(state?.accrual)]),
                "backup": .object([
                    "newest_at": backups?["newest_at"] ?? .null, "age_seconds": backups?["age_s"] ?? .null,
                ]),
            ]))
    }
}

extension OwnerCommand {
    static let figures = OwnerCommand(
        "figures", "show the customers, orders and points of each of the last days", FigureList.self,
        options: [.days, .csv, .json],
        details: [
            "A day is one of the system's time zone: that of the server, if one runs, else that of the command (TZ).",
            "Without a server, nothing is known of the queue and the accrual system.",
        ],
        document:
            #"{"queue": {"waiting"}, "accrual": {"state"}, "backup": {"newest_at", "age_seconds"}, "days": [{"day", "customers", "orders", "granted", "spent", "returned", "refunded", "adjusted", "outstanding"}]}"#
    ) { invocation, _ throws(Refusal) in
        try refuseTwoForms(invocation)
        let text = invocation.value(of: .days) ?? "\(FigureList.daysDefault)"
        guard let days = Int(text), ShopDays.counts.contains(days) else {
            throw .misuse("--days must be a whole number from 1 to \(ShopDays.counts.upperBound)")
        }
        return OwnerRequest(FigureList(days: Int64(days)), rowsName: "days")
    }
}

extension CommandOption {
    fileprivate static let days = CommandOption(
        "--days", "N", "the number of days up to today, from 1 to 400; by default \(FigureList.daysDefault)")
}
