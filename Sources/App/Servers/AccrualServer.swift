import Configuration
import Loyalty
import Owner
import Posix
import Storage
import Systemd

/// `martlet accrual`: the built-in accrual system as a server of its own.
final class AccrualServer: StoppableServer {
    private let store: any Storage
    private let accruals: BuiltInAccruals
    private let control: ControlServer?
    private let stopTimeoutMilliseconds: Int

    var endpoints: [Endpoint] { accruals.endpoints }

    var parts: [ServerPart] { accruals.parts + [store.part] }

    var connectionCount: Int { accruals.connectionCount }

    init(_ configuration: Configuration, _ manager: ServiceManager, log: Log) throws(StartError) {
        let configuration = OpenFiles.withConnectionsThatFit(configuration, log)
        let opened = try Listeners(manager: manager, log: log).open(configuration)
        store = opened.store
        accruals = try BuiltInAccruals(
            configuration, front: configuration.effectiveFront, opened.listeners, store, log)
        control = try ControlServer.starting(configuration, store, log)
        stopTimeoutMilliseconds = configuration.http.stopTimeoutMilliseconds
    }

    var exitStatus: Int32 { store.exitStatus }

    func apply(_ configuration: Configuration) {}

    func stop() {
        accruals.stopListening(withinMilliseconds: stopTimeoutMilliseconds)
        accruals.close()
        control?.stop()
        store.stop()
    }
}
