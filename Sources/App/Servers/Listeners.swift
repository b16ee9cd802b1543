import CommandLine
import Configuration
import Front
import Posix
import Systemd

/// Finds the listeners of a server: the sockets that a service manager passed or, if it passed none, sockets on the
/// address of a setting.
struct Listeners {
    let manager: ServiceManager
    let log: Log

    /// Listens on the address of a setting.
    ///
    /// - Parameters:
    ///   - key: the key of the setting.
    ///   - isConfigured: true if the owner set the address, and so has to be told if passed sockets listen on another
    ///     one.
    func listen(
        on address: Address, for key: String, _ use: ServiceManager.SocketUse, isConfigured: Bool = true
    ) throws(StartError) -> [Listener] {
        let passed: [Listener]
        do throws(ServiceManager.Failure) {
            passed = try manager.takeListeners(for: use)
        } catch {
            throw StartError(error)
        }
        guard passed.isEmpty else {
            if isConfigured { manager.note(PassedAddress(key: key, endpoints: passed.map(\.endpoint)), of: address) }
            return passed
        }
        do {
            return try Listener.listen(on: try Endpoint.resolve(host: address.host, port: address.port))
        } catch let error as Endpoint.ResolutionError {
            throw StartError(description: "\(key): \(address): \(error.reason)", status: ExitStatus.unavailable)
        } catch {
            throw StartError(description: "\(key): \(address): \(error)", status: ExitStatus.unavailable)
        }
    }

    /// Listens on an address with a default. If the default is not available, this warns and returns no listeners,
    /// because customers can be served without them. If the owner set the address, it throws.
    ///
    /// - Parameter consequence: what the server does without, for the warning.
    func listen(
        on listen: Configuration.Listen, for key: String, _ use: ServiceManager.SocketUse, orElse consequence: String
    ) throws(StartError) -> [Listener] {
        do throws(StartError) {
            return try self.listen(on: listen.address, for: key, use, isConfigured: listen.isConfigured)
        } catch {
            guard !listen.isConfigured else { throw error }
            log.warning("\(error): \(consequence); set \(key)")
            return []
        }
    }
}
