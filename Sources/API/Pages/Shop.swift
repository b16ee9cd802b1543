/// The shop as its pages show it.
package struct Shop: Sendable {
    package var name = "Martlet"
    /// The colour of buttons and marks, as `#rrggbb`. Pages compute shades of it that can be read.
    package var color = "#1f6f54"
    /// The name of the points, such as `coins`; empty for the word of the page's language.
    package var pointsName = ""

    package init() {}
}
