import HTTP

/// Counting and logging requests.
extension EventLoop {
    /// The facts about a request that are needed when its response is sent.
    ///
    /// - Parameter request: `nil` if the request could not be read.
    func begin(_ request: Request?) -> Exchange {
        Exchange(method: request?.method, beganAt: now, path: logsRequests ? request.map { Array($0.path) } : nil)
    }

    /// Counts a response whose head was encoded, and logs it if requests are logged.
    ///
    /// - Parameter omitsBody: true for a response to HEAD.
    func note(_ response: Response, to exchange: Exchange, of peer: IPAddress, omitsBody: Bool) {
        measureNow()
        let nanoseconds = measuredNow - exchange.beganAt
        counters.countResponse(
            route: response.route, method: exchange.method, status: response.status, nanoseconds: nanoseconds)
        guard logsRequests, let log = configuration.requestLog else { return }
        let hasNoBody = omitsBody || response.status == .notModified
        var bytes: Int?
        if case .bytes(let body) = response.body { bytes = hasNoBody ? 0 : body.count }
        log.write(
            RequestRecord(
                client: response.client ?? peer, method: exchange.method, path: exchange.path,
                id: response.requestID?.text, status: response.status, bytes: bytes, nanoseconds: nanoseconds))
    }
}
