import Posix
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Steps of a check and of an export that do no work. A server that hangs does not keep them waiting.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct MaintenanceLimitTests {
    enum Step: CaseIterable {
        case connectingForCheck, connectingForExport
        case beginningCheck, beginningExport
        case committingCheck, committingExport

        /// Has the server hang at the first bytes of the step.
        var cut: CuttingProxy.Cut {
            switch self {
            case .connectingForCheck, .connectingForExport: CuttingProxy.Cut(.toServer, after: 0, closes: false)
            case .beginningCheck, .beginningExport: CuttingProxy.Cut(atMessageWith: "BEGIN ISOLATION")
            case .committingCheck, .committingExport: CuttingProxy.Cut(atMessageWith: "COMMIT")
            }
        }

        /// - Parameter milliseconds: the limit that is to end the step.
        func run(on connector: StoreConnector, withinMilliseconds milliseconds: Int) throws {
            switch self {
            case .connectingForCheck, .beginningCheck, .committingCheck:
                let maintenance = PostgresMaintenance(connector: connector, withinMilliseconds: milliseconds)
                _ = try maintenance.check(until: Cancellation()) { _ in }
            case .connectingForExport:
                let maintenance = PostgresMaintenance(connector: connector, withinMilliseconds: milliseconds)
                _ = try maintenance.export(nil, until: Cancellation()) { _ in true }
            case .beginningExport, .committingExport:
                let maintenance = PostgresMaintenance(
                    connector: connector, exportingWithinMilliseconds: milliseconds)
                _ = try maintenance.export(nil, until: Cancellation()) { _ in true }
            }
        }
    }

    @Test(arguments: Step.allCases) func aStepAtWhichTheServerHangsEnds(_ step: Step) throws {
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
        var error: (any Error)?
        for milliseconds in [200, 2_000, 20_000] {
            proxy.order(step.cut)
            error = #expect(throws: (any Error).self) { try step.run(on: connector, withinMilliseconds: milliseconds) }
            // On a busy machine, the limit may have ended a step before this one.
            guard proxy.isCutPending else { break }
        }
        #expect(!proxy.isCutPending, "the server hangs")
        #expect(error.map { "\($0)".contains("answer in time") } == true, "\(String(describing: error))")
    }
}
