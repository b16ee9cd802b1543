import Posix

/// A listening socket that the loops share.
package final class Listener: Sendable {
    let socket: ListeningSocket

    private init(_ socket: consuming ListeningSocket) {
        self.socket = socket
    }

    package var endpoint: Endpoint { socket.endpoint }

    /// Listens on all of the endpoints, which have the same port. Endpoints that the system does not have, such as
    /// those of IPv6, are skipped if there are others. Port 0 stands for any free port.
    ///
    /// - Throws: the error of the socket that could not be opened.
    package static func listen(on endpoints: [Endpoint]) throws(SystemError) -> [Listener] {
        precondition(!endpoints.isEmpty, "endpoints must not be empty")
        var attempt = 1
        while true {
            do throws(SystemError) {
                return try listenOnce(on: endpoints)
            } catch {
                // The free port of the first address may be taken on the second.
                guard endpoints[0].port == 0, error.isAddressInUse, attempt < freePortAttemptsMax else { throw error }
                attempt += 1
            }
        }
    }

    /// Uses a socket that was open when the process began.
    package convenience init(passed socket: PassedSocket) throws(SystemError) {
        self.init(try ListeningSocket(passed: socket))
    }

    private static let freePortAttemptsMax = 16

    private static func listenOnce(on endpoints: [Endpoint]) throws(SystemError) -> [Listener] {
        var listeners: [Listener] = []
        var firstError: SystemError?
        for endpoint in endpoints {
            let port = endpoint.port == 0 ? listeners.first?.endpoint.port ?? 0 : endpoint.port
            do throws(SystemError) {
                listeners.append(Listener(try ListeningSocket(on: endpoint.with(port: port))))
            } catch {
                guard error.isAddressUnavailable else { throw error }
                firstError = firstError ?? error
            }
        }
        guard listeners.isEmpty, let firstError else { return listeners }
        throw firstError
    }
}
