import API
import JSON
import Loyalty
import Rewards

/// Arguments of the operations on staff, keys, receipts and rules.
extension WireField {
    static func staffName(_ path: KeyPath<Operation, StaffName>) -> Self where Value == StaffName {
        Self(path) {
            JSONObject(["name": .string($0.text)])
        } read: { object in
            object["name"]?.string.flatMap { try? StaffName($0) }
        }
    }

    /// The name of a role: `cashier`, `owner`.
    static func role(_ path: KeyPath<Operation, StaffRole>) -> Self where Value == StaffRole {
        Self(path) {
            JSONObject(["role": .string("\($0)")])
        } read: { object in
            object["role"]?.string.flatMap { StaffRole($0) }
        }
    }

    /// The SHA-256 of a key's token, in hexadecimal digits.
    static func keyHash(_ path: KeyPath<Operation, SessionID>) -> Self where Value == SessionID {
        Self(path) { id in
            let digits = id.bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0\(digits)" : digits
            }
            return JSONObject(["key_hash": .string(digits.joined())])
        } read: { object in
            guard let text = object["key_hash"]?.string, text.utf8.count == 2 * SessionID.byteCount else { return nil }
            let digits = Array(text.utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index -> UInt8? in
                guard
                    digits[index...(index + 1)].allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
                else { return nil }
                return UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16)
            }
            return bytes.count == SessionID.byteCount ? SessionID(bytes: bytes) : nil
        }
    }

    /// Hundredths of a point, above zero; `null` for all points.
    static func optionalPoints(
        _ name: String, _ path: KeyPath<Operation, Points?>
    ) -> Self where Value == Points? {
        Self(path) {
            JSONObject([name: $0.map { .integer($0.hundredths) } ?? .null])
        } read: { object in
            if object[name] == .null { return .some(nil) }
            guard let hundredths = object.integer(name), hundredths > 0 else { return nil }
            return .some(Points(hundredths: hundredths))
        }
    }

    /// The name of a list about a customer; `null` for none.
    static func list(_ path: KeyPath<Operation, CustomerList?>) -> Self where Value == CustomerList? {
        Self(path) {
            JSONObject(["list": .text($0?.rawValue)])
        } read: { object in
            if object["list"] == .null { return .some(nil) }
            return object["list"]?.string.flatMap { CustomerList(rawValue: $0) }.map { .some($0) }
        }
    }

    /// `null` for no text.
    static func optionalText(_ name: String, _ path: KeyPath<Operation, String?>) -> Self where Value == String? {
        Self(path) {
            JSONObject([name: .text($0)])
        } read: { object in
            if object[name] == .null { return .some(nil) }
            return object[name]?.string.map { .some($0) }
        }
    }

    /// A price or a number of goods is refused if a receipt can't have it.
    static func goods(_ path: KeyPath<Operation, [Good]>) -> Self where Value == [Good] {
        Self(path) { goods in
            JSONObject(["goods": .array(goods.map { .object($0.document) })])
        } read: { object in
            guard let items = object["goods"]?.array, items.count <= Receipt.goodsMax else { return nil }
            let goods = items.compactMap { Good($0.object) }
            return goods.count == items.count ? goods : nil
        }
    }

    static func rule(_ path: KeyPath<Operation, RewardRule>) -> Self where Value == RewardRule {
        Self(path) {
            JSONObject([
                "match": .string($0.match), "kind": .integer($0.kind.rawValue),
                "reward_millionths": .integer($0.rewardMillionths),
            ])
        } read: { object in
            guard let match = object["match"]?.string,
                let kind = object.integer("kind").flatMap({ RewardRule.Kind(rawValue: $0) }),
                let millionths = object.integer("reward_millionths")
            else { return nil }
            return try? RewardRule(match: match, kind: kind, rewardMillionths: millionths)
        }
    }
}

extension StaffRole {
    /// Returns `nil` for a text that names no role.
    init?(_ text: String) {
        guard let role = Self.allCases.first(where: { "\($0)" == text }) else { return nil }
        self = role
    }
}

extension Good {
    /// The price is a text, because it may have more digits than 64 bits have room for.
    fileprivate var document: JSONObject {
        JSONObject(["description": .string(description), "price": .string("\(price)")])
    }

    fileprivate init?(_ object: JSONObject?) {
        guard let object, let description = object["description"]?.string,
            let price = object["price"]?.string.flatMap({ Int128($0) }), price >= 0
        else { return nil }
        self.init(description: description, price: price)
    }
}
