import Eventual
import HTTP
import JSON
import Loyalty
import Pages
import Web

/// A page of the shop, with everything that it needs besides the API. All event loops of a server share it.
package struct ShopPage: Sendable {
    private let page: PrerenderedPage
    private let configurationIfOpen: PrerenderedResponse
    private let configurationIfClosed: PrerenderedResponse

    /// - Parameters:
    ///   - folder: the folder of the page in `Sources/CPages`.
    ///   - shop: the shop as the page shows it.
    ///   - passwordBytesMin: the length of the shortest password that a new user may have, in bytes.
    package init(_ folder: String, of shop: Shop, passwordBytesMin: Int) {
        page = PrerenderedPage(Page(folder))
        func configuration(isRegistrationOpen: Bool) -> PrerenderedResponse {
            PrerenderedResponse(
                contentType: "application/json",
                Self.configuration(shop, passwordBytesMin: passwordBytesMin, isRegistrationOpen: isRegistrationOpen))
        }
        configurationIfOpen = configuration(isRegistrationOpen: true)
        configurationIfClosed = configuration(isRegistrationOpen: false)
    }

    /// The routes of the page, its files, and its configuration. The page asks for the configuration, because its
    /// policy forbids scripts in the HTML.
    ///
    /// - Parameter isRegistrationOpen: true if customers may register themselves now.
    func routes(
        isRegistrationOpen: @escaping () throws(LoyaltyError) -> Eventual<Bool, LoyaltyError>
    ) -> [Route] {
        page.routes + [
            Route(.get, "/config.json", for: .everyone, reuse: .prerendered) { call throws(Problem) in
                let request = call.request
                do throws(LoyaltyError) {
                    return try isRegistrationOpen().map { isOpen in
                        (isOpen ? configurationIfOpen : configurationIfClosed).response(to: request)
                    }.translated
                } catch {
                    throw Problem(error)
                }
            }
        ]
    }

    private static func configuration(_ shop: Shop, passwordBytesMin: Int, isRegistrationOpen: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("shop_name")
            writer.string(shop.name)
            writer.name("shop_color")
            writer.string(shop.color)
            writer.name("points_name")
            writer.string(shop.pointsName)
            writer.name("registration_open")
            writer.literal(isRegistrationOpen ? "true" : "false")
            writer.name("password_bytes_min")
            writer.literal(String(passwordBytesMin))
        }
        return writer.bytes
    }
}
