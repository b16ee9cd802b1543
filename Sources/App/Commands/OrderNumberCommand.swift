import CommandLine
import Configuration
import JSON
import Loyalty
import Owner
import Posix

extension Command {
    static let orderNumber: Command = Command(
        "order number", "print the order number for a number of your own, or a new one: with the check digit",
        operands: [SettingValue("DIGITS").optional],
        options: [.json],
        details: [
            "An order number ends with a check digit (Luhn, ISO/IEC 7812-1), by which most mistyped numbers are found.",
            "For your order 100100 the customer uploads 1001007.",
            "Without DIGITS, the number is made of the time in milliseconds and of two random digits.",
        ], document: #"{"number"}"#, opensDatabase: false,
        action: .print { invocation throws(Misuse) in
            let digits = invocation.operands.first ?? newDigits
            let number = try orderNumber(from: digits)
            return invocation.has(.json) ? JSONObject(["number": .string(number)]).line : "\(number)\n"
        })

    /// As many digits as cashiers can type. Two tills that ask at the same time get different ones nearly always, and a
    /// number that has a receipt gets no second one.
    private static var newDigits: String { "\(SystemClock.wallMilliseconds())\(Int.random(in: 10...99))" }

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
