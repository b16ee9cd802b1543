import CommandLine
import JSON
import Loyalty
import Storage
import Text

/// Gives points to a user, or takes points, by an entry of the ledger.
struct Adjust: StoreOperation, Equatable {
    let user: UserSelector
    let points: Points
    let reason: String

    static var wire: WireForm<Self> {
        WireForm("adjust", .user(\.user), .points("hundredths", \.points), .text("reason", \.reason)) {
            Self(user: $0, points: $1, reason: $2)
        }
    }

    static let isChange = true

    var summary: String { "adjust \(user) by \(points): \(reason)" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        guard points != .zero, !reason.isEmpty, reason.utf8.count <= LedgerNote.reasonBytesMax else {
            return .failure(
                ExitStatus.refused,
                "an adjustment has points other than 0, and a reason of 1 to \(LedgerNote.reasonBytesMax) bytes")
        }
        switch try context.apply(.adjust(user, points, reason: reason)) {
        case .customer(let account, _):
            return .success(
                JSONObject(["login": .string(account.login), "points": .points(points)]) + account.balance.document,
                text: "\(account.login.oneLine) has \(account.balance.current) points now\n")
        case .refused(.notEnoughPoints(let account)):
            return .failure(
                ExitStatus.refused,
                "\(account.login.oneLine) has \(account.balance.current) points, and a balance can't go below zero")
        case .refused(.tooManyPoints):
            return .failure(ExitStatus.refused, "the balance would be larger than the largest number of points")
        default: return .noUser(user)
        }
    }

    /// Reads `+500` or `-0.5`. The sign is required, so that a person who means to give points does not take some.
    static func points(_ text: String) throws(Refusal) -> Points {
        let isPlain = text.utf8.dropFirst().allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        guard isPlain, text.hasPrefix("+") || text.hasPrefix("-"),
            let number = try? JSONParser.parse(Array(digits.utf8)).number,
            let hundredths = try? number.scaled(places: 2), hundredths != 0
        else {
            throw .misuse("\"\(text.oneLine)\" is not a number of points: + or -, digits, and at most two decimals")
        }
        return Points(hundredths: hundredths)
    }
}

extension OwnerCommand {
    static let adjust = OwnerCommand(
        "adjust", "give a user points or take some, by an entry of the ledger", Adjust.self,
        operands: ["LOGIN", "+POINTS|-POINTS"], options: [.userID.replacing("LOGIN"), .reason.needed, .json],
        details: ["A balance can't go below zero."],
        document: #"{"login", "points", "current", "withdrawn"}"#, statuses: Statuses.change, effect: .changes
    ) { invocation, _ throws(Refusal) in
        guard let reason = invocation.value(of: .reason) else { throw .misuse("--reason is missing") }
        // The points are the last operand: --user-id takes the place of the first.
        let points = try Adjust.points(invocation.operands[invocation.operands.count - 1])
        return OwnerRequest(Adjust(user: try invocation.user(), points: points, reason: reason))
    }
}
