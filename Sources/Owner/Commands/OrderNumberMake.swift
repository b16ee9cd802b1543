import API
import CommandLine
import Configuration
import JSON
import Loyalty
import Storage

/// A new order number, under which nothing is stored.
struct OrderNumberMake: StoreOperation, Equatable {
    static var wire: WireForm<Self> { WireForm("new_order_number", make: Self.init) }

    var summary: String { "order number" }

    func run(in context: OperationContext, row: (JSONObject) -> Void) throws(StoreError) -> CommandResult {
        let number = try context.repository.readAsStaff { repository throws(LoyaltyError) in
            try UnusedNumber.find(from: context.now, in: repository)
        }
        guard let number else {
            return .failure(ExitStatus.unavailable, "every number that was tried is in use; run the command again")
        }
        return .orderNumber(number)
    }
}

extension CommandResult {
    fileprivate static func orderNumber(_ number: OrderNumber) -> CommandResult {
        .success(JSONObject(["number": .string(number.digits)]), text: "\(number.digits)\n")
    }
}

extension OwnerCommand {
    static let orderNumber = OwnerCommand(
        "order number", "print the order number for a number of your own, or a new one: with the check digit",
        OrderNumberMake.self, operands: [SettingValue("DIGITS").optional], options: [.json],
        details: [
            "An order number ends with a check digit (Luhn, ISO/IEC 7812-1), by which most mistyped numbers are found.",
            "For your order 100100 the customer uploads 1001007.",
            "Without DIGITS, the number is made of the time in milliseconds and of two random digits, and nothing is stored under it.",
        ], document: #"{"number"}"#
    ) { invocation, _ throws(Refusal) in
        guard let digits = invocation.operands.first else { return OwnerRequest(OrderNumberMake()) }
        return OwnerRequest(OrderNumberMake(), answer: .orderNumber(try orderNumber(from: digits)))
    }

    private static func orderNumber(from text: String) throws(Refusal) -> OrderNumber {
        do throws(OrderNumber.ParseError) {
            return try OrderNumber(appendingCheckDigitTo: text.utf8)
        } catch {
            switch error {
            case .empty, .notDigits:
                throw .misuse("DIGITS must be digits from 0 to 9 alone, and not \(RefusedValue.shown(text))")
            case .tooLong:
                let max = OrderNumber.digitsMax
                throw .misuse(
                    "DIGITS must be at most \(max - 1) digits: an order number has \(max) with its check digit")
            case .checkDigit: preconditionFailure("appending a check digit must not throw checkDigit")
            }
        }
    }
}
