import CommandLine
import Configuration
import JSON
import Loyalty
import Owner

extension Command {
    static let orderNumber: Command = Command(
        "order number", "print the order number for a number of your own: with the check digit", operands: ["DIGITS"],
        options: [.json],
        details: [
            "An order number ends with a check digit (Luhn, ISO/IEC 7812-1), by which most mistyped numbers are found.",
            "For your order 100100 the customer uploads 1001007.",
        ], document: #"{"number"}"#, opensDatabase: false,
        action: .print { invocation throws(Misuse) in
            let number = try orderNumber(from: invocation.operands[0])
            return invocation.has(.json) ? JSONObject(["number": .string(number)]).line : "\(number)\n"
        })

    private static func orderNumber(from text: String) throws(Misuse) -> String {
        do throws(OrderNumber.ParseError) {
            return try OrderNumber(appendingCheckDigitTo: text.utf8).digits
        } catch {
            switch error {
            case .empty, .notDigits:
                throw Misuse("DIGITS must be digits from 0 to 9 alone, and not \(RefusedValue.shown(text))")
            case .tooLong:
                let max = OrderNumber.digitsMax
                throw Misuse(
                    "DIGITS must be at most \(max - 1) digits: an order number has \(max) with its check digit")
            case .checkDigit: preconditionFailure("appending a check digit must not throw checkDigit")
            }
        }
    }
}
