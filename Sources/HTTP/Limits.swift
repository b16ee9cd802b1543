/// The largest sizes of a request's parts. Each comment names the status of the response to a larger one.
package struct Limits: Sendable {
    /// The request line without its line end: 414.
    package var requestLineBytesMax = 8 * 1024
    /// The request line, the fields and the empty line, with empty lines before the request line: 431.
    package var headBytesMax = 16 * 1024
    /// The number of fields in a head: 431.
    package var headFieldsMax = 100
    /// The decoded body: 413.
    package var bodyBytesMax = 1024 * 1024
    /// A chunk's size and extensions, without the line end: 400.
    package var chunkLineBytesMax = 256
    /// All chunk extensions of a body: 400. The server does not use extensions.
    package var chunkExtensionsBytesMax = 4 * 1024
    /// All trailer fields of a body: 431.
    package var trailersBytesMax = 8 * 1024

    package init() {}
}
