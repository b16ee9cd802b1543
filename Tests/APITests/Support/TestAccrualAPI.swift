import API
import HTTP
import Loyalty
import Rewards
import TestSupport
import Testing
import Web

/// The accrual system's API over memory: a rule for `Bork`, 10 %, and one for `/a b%`, 5 points; receipts of 18,
/// processed with 700 points, 26, processed with none, and 34, just accepted.
final class TestAccrualAPI {
    let rewards = InMemoryRewards(InMemoryStorage())
    let clock = TestClock(milliseconds: 0)
    private let api: APIHandler

    /// Served under the name that a ``Scenario`` has, if no others are given.
    ///
    /// - Parameter isLate: true if reads have to be waited for.
    init(requestsPerMinute: Int? = nil, hostNames: [String] = ["shop.example"], isLate: Bool = false) {
        var settings = AccrualAPI.Settings()
        settings.hostNames = hostNames
        let clock = clock
        let service = RewardService(
            repository: isLate ? LateRewardRepository(rewards) : rewards, recents: RecentReceipts(),
            clock: { TestClock.start },
            monotonicClock: { clock.milliseconds })
        api = AccrualAPI.handler(
            accruals: service, rate: requestsPerMinute.map { RequestRate(requestsPerMinute: $0) },
            clock: { clock.milliseconds }, settings: settings, requestIDs: RequestIDs(prefix: 0x5EED),
            reader: rewards)
    }

    static func filled(requestsPerMinute: Int? = nil, isLate: Bool = false) async -> TestAccrualAPI {
        let api = TestAccrualAPI(requestsPerMinute: requestsPerMinute, isLate: isLate)
        for (line, body) in [
            ("POST /api/goods", #"{"match":"Bork","reward":10,"reward_type":"%"}"#),
            ("POST /api/goods", #"{"match":"/a b%","reward":5,"reward_type":"pt"}"#),
            ("POST /api/orders", #"{"order":"18","goods":[{"description":"Чайник Bork","price":7000}]}"#),
            ("POST /api/orders", #"{"order":"26","goods":[]}"#),
        ] {
            let response = await api.response(to: Scenario(line, body: Body(Array(body.utf8)), gives: 200).request)
            precondition(response.status < 300, "the sample is taken")
        }
        api.clock.advance(byMilliseconds: 10_000)
        let last = #"{"order":"34","goods":[]}"#
        _ = await api.response(to: Scenario("POST /api/orders", body: Body(Array(last.utf8)), gives: 202).request)
        return api
    }

    /// The response of a path that is answered at once.
    static func body(of path: String) -> [UInt8] { TestAccrualAPI().api.body(of: path) }

    func response(to bytes: [UInt8]) async -> ClientResponse {
        defer { api.endBatch() }
        return await api.response(to: [bytes[...]])
    }

    /// Sends a scenario's request and compares the response. A refusal has changed nothing.
    func run(_ scenario: Scenario) async {
        let changesBefore = rewards.changeCount
        let response = await response(to: scenario.request)
        // The contract has 429 in plain text.
        let faults = response.status == 429 ? [] : response.faults
        let name = scenario.expect(response, describedBy: .accrual, faults: faults)
        if response.status >= 400 {
            #expect(rewards.changeCount == changesBefore, name, sourceLocation: scenario.location)
        }
    }
}
