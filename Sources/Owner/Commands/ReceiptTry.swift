import API
import CommandLine
import JSON
import Loyalty
import Rewards
import Storage

/// The points that a receipt would earn, with its goods as rows. Nothing is stored.
struct ReceiptTry: StoreOperation, Equatable {
    let goods: [Good]

    static var wire: WireForm<Self> { WireForm("try_receipt", .goods(\.goods), make: Self.init) }

    var summary: String { "receipt try" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        if let refusal = try context.receiptRefusal() { return refusal }
        guard let preview = Earnings.preview(of: goods, by: try context.repository.rules()) else {
            return .earnsTooMuch
        }
        for (good, reward) in zip(goods, preview.goods) { row(JSONObject(written: { $0.good(good, reward) })) }
        return .success(JSONObject(["points": .points(preview.points)]))
    }
}

extension OwnerCommand {
    static let receiptTry = OwnerCommand(
        "receipt try", "show what a receipt would earn, good by good, without storing it", ReceiptTry.self,
        options: [.json],
        details: [
            ReceiptGoods.source,
            "The sum is rounded once, so that the goods may add up to a few hundredths more or less.",
        ], document: #"{"points", "goods": [{"description", "price", "points", "rule"}]}"#,
        statuses: Statuses.read + [ExitStatus.refused]
    ) { _, _ throws(Refusal) in
        OwnerRequest(ReceiptTry(goods: try ReceiptGoods.read()), rowsName: "goods")
    }
}
