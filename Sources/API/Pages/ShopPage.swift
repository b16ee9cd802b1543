import HTTP
import JSON
import Pages
import Web

/// A page of the shop, with everything that it needs besides the API. All event loops of a server share it.
package struct ShopPage: Sendable {
    private let page: PrerenderedPage
    private let configuration: PrerenderedResponse

    /// - Parameters:
    ///   - folder: the folder of the page in `Sources/CPages`.
    ///   - shop: the shop as the page shows it.
    ///   - passwordBytesMin: the length of the shortest password that a new user may have, in bytes.
    package init(_ folder: String, of shop: Shop, passwordBytesMin: Int) {
        page = PrerenderedPage(Page(folder))
        configuration = PrerenderedResponse(
            contentType: "application/json", Self.configuration(shop, passwordBytesMin: passwordBytesMin))
    }

    /// The routes of the page, its files, and its configuration. The page asks for the configuration, because its
    /// policy forbids scripts in the HTML.
    var routes: [Route] {
        page.routes + [
            Route(.get, "/config.json", for: .everyone, reuse: .prerendered) { call in
                .now(configuration.response(to: call.request))
            }
        ]
    }

    private static func configuration(_ shop: Shop, passwordBytesMin: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("shop_name")
            writer.string(shop.name)
            writer.name("shop_color")
            writer.string(shop.color)
            writer.name("points_name")
            writer.string(shop.pointsName)
            writer.name("registration_open")
            writer.literal("true")
            writer.name("password_bytes_min")
            writer.literal(String(passwordBytesMin))
        }
        return writer.bytes
    }
}
