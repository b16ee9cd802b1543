import API
import Crypto
import Front
import HTTP
import Loyalty
import Posix
import Store

/// The parts of a server, put together: what each is made of is decided here and nowhere else.
final class Application: Sendable {
    private let store: LoyaltyStore
    private let hasher: Argon2Hasher
    private let front: Front

    init(databasePath: String, endpoints: [Endpoint], loops: Int, queue: any OrderQueue, log: Log) throws {
        let clock: WallClock = { Timestamp(milliseconds: SystemClock.wallMilliseconds()) }
        store = try LoyaltyStore(path: databasePath, clock: clock, log: log) { ProcessSetup.exitAtOnce(status: 74) }
        hasher = Argon2Hasher()
        let listeners = try Listener.listen(on: endpoints)
        var configuration = FrontConfiguration()
        configuration.eventLoops = loops
        let hasher = hasher
        let store = store
        front = try Front(
            configuration: configuration, listeners: listeners,
            makeHandler: { _ in
                let repository = try store.makeRepository()
                return GophermartAPI(
                    accounts: AccountService(
                        repository: repository, hasher: hasher, tokens: SodiumTokens(),
                        policy: AccountPolicy(passwordBytesMin: 1, sessionSeconds: 30 * 86_400), clock: clock),
                    orders: OrderService(repository: repository, queue: queue, clock: clock),
                    balances: BalanceService(repository: repository, clock: clock),
                    settings: GophermartAPI.Settings(), didEndBatch: { repository.endBatch() },
                    didClose: { repository.close() })
            }, onFailure: { _ in ProcessSetup.exitAtOnce(status: 70) })
        for listener in listeners { log.info("listening on http://\(listener.endpoint)") }
    }

    func stop() {
        front.stop(withinMilliseconds: 10_000)
        hasher.stop()
        store.stop()
    }
}

struct Q: OrderQueue {
    var hasRoom: Bool { true }
    func put(_ order: UnfinishedOrder) {}
}
package func tmpMain(_ args: [String]) {
    ProcessSetup.ignoreBrokenPipes()
    StopSignal.block()
    let port = UInt16(args[1])!
    let a = try! Application(databasePath: args[2], endpoints: try! Endpoint.resolve(host: "localhost", port: port), loops: Int(args[3])!, queue: Q(), log: Log { l, m in print(m) })
    print(StopSignal.wait())
    a.stop()
}
