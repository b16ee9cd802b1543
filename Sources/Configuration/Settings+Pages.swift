/// The settings of the pages.
extension Settings {
    static let pages: [Setting] = [
        Setting(
            "web.customer_page", \.web.hasCustomerPage, .boolean,
            "serve the page for customers at / of run_address"),
        Setting(
            "shop.name", \.shop.name, .text(ShopText.name.allowed, parse: ShopText.name.parse, write: { $0 }),
            "name of the shop on its pages"),
        Setting(
            "shop.color", \.shop.color, .text(ShopText.color.allowed, parse: ShopText.color.parse, write: { $0 }),
            "colour of the pages' buttons; readable shades of it are computed"),
        Setting(
            "shop.points_name", \.shop.pointsName,
            .text(ShopText.pointsName.allowed, parse: ShopText.pointsName.parse, write: { $0 }),
            "name of the points on the pages; empty for the word of the page's language", allowsEmpty: true),
    ]
}

/// A text that the pages show.
struct ShopText {
    /// The allowed texts, to follow "must be".
    let allowed: String
    /// Returns the text, or `nil` if it is not allowed.
    let parse: @Sendable (String) -> String?

    /// A phone of 320 pixels shows a name of this length in three lines.
    private static let nameCharactersMax = 64
    private static let pointsNameCharactersMax = 32

    static let name = text(1...nameCharactersMax)
    static let pointsName = text(0...pointsNameCharactersMax)
    /// Every colour is allowed, however pale: text on it and lines in it are computed by the page.
    static let color = ShopText(allowed: "a colour such as #1f6f54") { text in
        let bytes = text.utf8
        let isColor =
            bytes.count == 7 && bytes.first == UInt8(ascii: "#") && bytes.dropFirst().allSatisfy(isHexadecimal)
        return isColor ? text : nil
    }

    /// Control characters are refused, since a page and a log would not show them.
    private static func text(_ characters: ClosedRange<Int>) -> ShopText {
        ShopText(allowed: "\(characters.lowerBound) to \(characters.upperBound) characters") { text in
            let isShown = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            return isShown && characters.contains(text.count) && (text.isEmpty || text.contains { !$0.isWhitespace })
                ? text : nil
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
