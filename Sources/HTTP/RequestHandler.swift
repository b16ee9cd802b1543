/// Answers the requests of one event loop, on its thread.
package protocol RequestHandler: AnyObject {
    func respond(to request: Request) async -> Response

    /// The answer to a request that could not be read.
    func response(to error: RequestError) -> Response

    /// All requests that had arrived together were taken as far as they go without waiting; what they shared, such as a
    /// read transaction, ends here, since what arrives next may have to see what was written since.
    func endBatch()

    /// The loop has ended; what belongs to its thread is closed here.
    func close()
}
