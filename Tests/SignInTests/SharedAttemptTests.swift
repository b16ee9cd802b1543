import Storage
import Synchronization
import TestSupport
import Testing

@testable import Loyalty
@testable import SignIn

/// Two servers of one store count together.
@Suite struct SharedAttemptTests {
    /// Delivers each attempt to the other servers at once.
    private final class Exchange: AttemptExchange {
        private let receivers = Mutex<[@Sendable ([UInt8]) -> Void]>([])
        let sent = Mutex<[[UInt8]]>([])

        func announce(_ attempt: [UInt8]) {
            #expect(attempt.count <= Self.attemptBytesMax)
            sent.withLock { $0.append(attempt) }
        }

        func subscribe(_ receive: @escaping @Sendable ([UInt8]) -> Void) {
            receivers.withLock { $0.append(receive) }
        }

        func deliver(_ attempt: [UInt8]) {
            for receive in receivers.withLock({ $0 }) { receive(attempt) }
        }
    }

    private static let sources: [AttemptSource] = [
        .network(.ipv4(0xC000_0201)), .network(.ipv6(prefix: 0x2001_0DB8_0000_0001)),
        .session(SessionID(bytes: [UInt8](repeating: 7, count: 32))),
    ]

    @Test(arguments: sources, [false, true])
    func anAttemptSurvivesItsBytes(source: AttemptSource, flag: Bool) throws {
        let login = [UInt8](1...16)
        for hasSucceeded in [false, true] {
            let attempt = SharedAttempt.signIn(login, source, isKnown: flag, hasSucceeded: hasSucceeded)
            let bytes = try #require(attempt.bytes)
            #expect(SharedAttempt(bytes) == attempt)
            for count in 0..<bytes.count { #expect(SharedAttempt(Array(bytes[..<count])) == nil) }
            #expect(SharedAttempt(bytes + [0]) == nil)
        }
        if case .network(let network) = source {
            let bytes = try #require(SharedAttempt.registration(network).bytes)
            #expect(SharedAttempt(bytes) == .registration(network))
        }
    }

    @Test func attemptsFromADeviceAreNotSent() {
        let attempt = SharedAttempt.signIn([], .device(.number(1)), isKnown: true, hasSucceeded: false)
        #expect(attempt.bytes == nil)
    }

    @Test(arguments: [UInt64](1...50))
    func noBytesCrash(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...64, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if let attempt = SharedAttempt(bytes) { #expect(attempt.bytes == bytes, "seed \(seed)") }
        }
    }

    /// Failures on one server count on the other, and a success there clears them.
    @Test func failuresOnOneServerMakeTheOtherRefuse() async throws {
        let policy = ThrottlePolicy(
            failuresPerLoginMax: 3, failuresPerNetworkMax: 100, registrationsPerHourMax: 2, delaySecondsMax: 60,
            hashingPerSourceMax: 0)
        let (here, there) = (Exchange(), Exchange())
        let digest = { @Sendable (bytes: [UInt8]) in bytes + [UInt8](repeating: 0, count: 16) }
        let first = AccountThrottle(policy, exchange: here, digest: digest, clock: { 0 })
        let second = AccountThrottle(policy, exchange: there, digest: digest, clock: { 0 })
        let login = try Login("anna")
        func isRefused(by throttle: AccountThrottle) async -> Bool {
            do throws(LoyaltyError) {
                _ = try await throttle.verifying(login, from: .here, isKnown: false) { false }
                return false
            } catch {
                return true
            }
        }
        while await !isRefused(by: first) {}
        for attempt in here.sent.withLock({ $0 }) { there.deliver(attempt) }
        #expect(await isRefused(by: second))
        #expect(await !isRefused(by: AccountThrottle(policy) { 0 }))
        let network = ClientNetwork.ipv4(1)
        while (try? first.countRegistration(from: network)) != nil {}
        for attempt in here.sent.withLock({ $0 }) { there.deliver(attempt) }
        #expect(throws: LoyaltyError.self) { try second.countRegistration(from: network) }
    }
}
