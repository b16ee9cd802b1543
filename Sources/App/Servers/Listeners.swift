import CommandLine
import Configuration
import Front
import Posix
import Storage
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
            let isTaken = (error as? SystemError)?.isAddressInUse ?? false
            let reason = isTaken ? "\(error) (another program has the port)" : "\(error)"
            let advice = isTaken && key == Self.customersKey ? "; set \(key) (-a)" : ""
            throw StartError(description: "\(key): \(address): \(reason)\(advice)", status: ExitStatus.unavailable)
        }
    }

    private static let customersKey = "run_address"

    /// Opens the database, and listens on `run_address`. If the database is new, it is made last, so that a taken port
    /// leaves none. If it is not, clients find a listener only once they can be served: a conversion may take long.
    func open(_ configuration: Configuration) throws(StartError) -> (store: any Storage, listeners: [Listener]) {
        func listen() throws(StartError) -> [Listener] {
            try self.listen(on: configuration.runAddress, for: Self.customersKey, .http)
        }
        guard let path = configuration.database.path, PrivateFile.presence(path: path) == .missing else {
            let store = try DatabaseEngine.open(configuration, log)
            return (store, try listen())
        }
        let listeners = try listen()
        return (try DatabaseEngine.open(configuration, log), listeners)
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
