import CommandLine
import JSON
import Loyalty
import Posix
import Rewards
import Storage
import Text

/// The goods of a receipt, as they are typed.
enum ReceiptGoods {
    /// The fact about the source of goods, for the help.
    static let source =
        "The goods are lines of stdin, each with a price, a space and a description: 7000 Kettle Bork. An empty line ends them."

    /// Reads goods from the terminal, or from stdin to its end or to the first empty line.
    static func read() throws(Refusal) -> [Good] {
        if Terminal.isTyped { StandardStream.error.write("Price and description of each good, then an empty line:\n") }
        var goods: [Good] = []
        while let line = try nextLine(), !line.isEmpty {
            guard goods.count < Receipt.goodsMax else {
                throw .refused("a receipt has at most \(Receipt.goodsMax) goods; nothing was done")
            }
            goods.append(try good(line))
        }
        guard !goods.isEmpty else { throw .refused("stdin has no goods; nothing was done") }
        return goods
    }

    /// Reads `7000 Kettle Bork`.
    static func good(_ line: String) throws(Refusal) -> Good {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        let description = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        guard !description.isEmpty else {
            throw .misuse(
                "\(line.quoted(charactersMax: 80)) is not a line of goods: it needs a price, a space and a description")
        }
        return Good(description: description, price: try price(String(parts[0])))
    }

    /// Reads `7000` or `0.5`, times 10^``Good/pricePlaces``.
    static func price(_ text: String) throws(Refusal) -> Int128 {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        guard isPlain, let price = try? JSONNumber(text: text)?.scaledWide(places: Good.pricePlaces) else {
            throw .misuse(
                "\(text.quoted(charactersMax: 80)) is not a price: digits, and at most \(Good.pricePlaces) decimals after a point"
            )
        }
        return price
    }

    private static func nextLine() throws(Refusal) -> String? {
        switch Terminal.nextLine() {
        case .text(let line): return line
        case .none: return nil
        case .notUTF8: throw .refused("stdin is not UTF-8; nothing was done")
        case .tooLong: throw .refused("a line of stdin is too long; nothing was done")
        }
    }
}

extension OperationContext {
    /// The refusal of a receipt that would never earn; `nil` if it may earn, or if no server runs, without which that
    /// is not known.
    func receiptRefusal() throws(StoreError) -> CommandResult? {
        guard let pool = try pool(), !pool.knowsReceipts else { return nil }
        return .failure(
            ExitStatus.refused,
            "the server asks another accrual system, which does not know Martlet's receipts; nothing was changed")
    }

    /// The points that goods earn by the rules in force; `nil` if they are more than an order can earn.
    func earnings(of goods: [Good]) throws(StoreError) -> Points? {
        Earnings.sum(of: goods, by: try repository.rules())
    }
}

extension CommandResult {
    static var earnsTooMuch: CommandResult {
        .failure(ExitStatus.refused, "the receipt would earn more than \(Receipt.earnedMax) points")
    }

    static func noReceipt(_ order: String) -> CommandResult {
        .failure(ExitStatus.notFound, "there is no receipt of an order \(order.oneLine)")
    }
}
