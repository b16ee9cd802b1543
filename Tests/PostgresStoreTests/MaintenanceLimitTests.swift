import Posix
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Steps of a check and of an export that no cancellation ends. A server that hangs does not keep them waiting.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct MaintenanceLimitTests {
    enum Step: CaseIterable {
        case connectingForCheck, connectingForExport, beginningCheck

        private static let milliseconds = 200

        /// - Parameter hang: has the server hang from the next bytes on.
        func run(on connector: StoreConnector, hang: () -> Void) throws {
            let maintenance = PostgresMaintenance(connector: connector, withinMilliseconds: Self.milliseconds)
            switch self {
            case .connectingForCheck:
                hang()
                _ = try maintenance.check(until: Cancellation()) { _ in }
            case .connectingForExport:
                hang()
                _ = try maintenance.export(nil, until: Cancellation()) { _ in true }
            case .beginningCheck:
                var connection = try connector.connect(.owner, until: TestDatabase.patience)
                hang()
                _ = try PostgresCheck.run(
                    on: &connection, until: Cancellation(), withinMilliseconds: Self.milliseconds
                ) { _ in }
            }
        }
    }

    @Test(arguments: Step.allCases) func aStepEndsThatNoCancellationEnds(_ step: Step) throws {
        let database = try TestDatabase()
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        // The limit of one host would end the wait for it, too.
        let connector = try StoreConnector(
            address: database.server.address(of: database.name, through: proxy.port, "connect_timeout=3600"))
        let isOver = Flag()
        // A step without a limit ends then for another reason.
        let rescuer = Posix.Thread(name: "rescuer") {
            _ = try? eventually { isOver.isSet }
            proxy.close()
        }
        defer {
            isOver.set()
            rescuer.join()
        }
        let error = #expect(throws: (any Error).self) {
            try step.run(on: connector) { proxy.order(CuttingProxy.Cut(.toServer, after: 0, closes: false)) }
        }
        try eventually("the server hangs") { !proxy.isCutPending }
        #expect(error.map { "\($0)".contains("answer in time") } == true, "\(String(describing: error))")
    }
}
