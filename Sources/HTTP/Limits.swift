/// How much of a request is read before it is refused.
package struct Limits: Sendable {
    /// The request line without its line end; more is 414.
    package var requestLineBytesMax = 8 * 1024
    /// Request line, fields and the empty line, with empty lines before them; more is 431.
    package var headBytesMax = 16 * 1024
    /// Fields in a head; more is 431.
    package var headFieldsMax = 100
    /// The body as it is framed; more is 413.
    package var bodyBytesMax = 1024 * 1024
    /// A chunk's size and extensions, without the line end; more is 400.
    package var chunkLineBytesMax = 256
    /// All chunk extensions of a body together; more is 400, as they carry nothing that anybody reads.
    package var chunkExtensionsBytesMax = 4 * 1024
    /// All trailer fields of a body together; more is 431.
    package var trailersBytesMax = 8 * 1024

    package init() {}
}
