import TestSupport
import Testing

@testable import Loyalty
@testable import SignIn

/// The failures after which a sign-in has to wait.
@Suite struct SignInLimitsTests {
    private static let policy = ThrottlePolicy(
        failuresPerLoginMax: 3, failuresPerNetworkMax: 10, registrationsPerHourMax: 0, delaySecondsMax: 60,
        hashingPerSourceMax: 64)
    private var limits = SignInLimits(policy)
    /// Takes the place of the database's table: from which sources each login has signed in.
    private var known: [String: Set<AttemptSource>] = [:]
    private var now: Int64 = 0

    private func login(_ text: String) -> Login { try! Login(text) }

    /// Makes an attempt now. Returns 0, or the milliseconds to wait if it is refused.
    @discardableResult
    private mutating func attempt(
        _ name: String, from source: AttemptSource, _ result: SignInLimits.AttemptResult = .failed
    ) -> Int64 {
        switch begin(name, from: source) {
        case .refused(let wait): return wait
        case .admitted(let attempt):
            limits.end(attempt, result, now: now)
            if result == .succeeded { known[name, default: []].insert(source) }
            return 0
        }
    }

    private mutating func begin(_ name: String, from source: AttemptSource) -> SignInLimits.Admission {
        limits.begin(login(name), from: source, isKnown: known[name]?.contains(source) ?? false, now: now)
    }

    @Test mutating func aStrangerElsewhereDelaysNoOtherLogin() {
        for _ in 0..<50 {
            attempt("owner", from: .elsewhere)
            now += 500
        }
        #expect(attempt("owner", from: .elsewhere) > 0)
        #expect(attempt("owner", from: .here, .succeeded) == 0)
        #expect(attempt("owner", from: .number(7), .succeeded) == 0, "from a new address")
        #expect(attempt("owner", from: .elsewhere, .succeeded) > 0)
    }

    /// The stranger shares a NAT with the owner.
    @Test mutating func aKnownNetworkWaitsForSecondsOnly() {
        attempt("owner", from: .here, .succeeded)
        var longest: Int64 = 0
        for _ in 0..<200 {
            let wait = attempt("owner", from: .here)
            longest = max(longest, wait)
            now += wait
        }
        #expect(longest == 4000)
        // The owner's success clears the stranger's failures.
        now += 4000
        #expect(attempt("owner", from: .here, .succeeded) == 0)
        for _ in 0..<3 { #expect(attempt("owner", from: .here) == 0) }
    }

    @Test mutating func anUnknownNetworkWaitsLongerAndLonger() {
        var waits: [Int64] = []
        for _ in 0..<11 {
            let wait = attempt("owner", from: .elsewhere)
            waits.append(wait)
            now += wait
            if wait > 0 { attempt("owner", from: .elsewhere) }
        }
        #expect(waits == [0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
    }

    /// One password is tried on many logins: the network has to wait, and logins that are known there do not.
    @Test mutating func manyLoginsFromOneNetworkAreSlowed() {
        attempt("owner", from: .here, .succeeded)
        for index in 0..<10 { #expect(attempt("user \(index)", from: .here) == 0) }
        #expect(attempt("another", from: .here) == 1000)
        #expect(attempt("another", from: .elsewhere) == 0)
        #expect(attempt("owner", from: .here, .succeeded) == 0)
        #expect(attempt("owner", from: .here) == 0)
        // The attacker's own success in between does not help.
        #expect(attempt("another", from: .here) == 1000)
        now += 1000
        #expect(attempt("another", from: .here) == 0)
        #expect(attempt("another", from: .here) == 2000)
    }

    struct Flood: Sendable {
        let first: ClientNetwork
        /// The distance in bits between one network of the flood and the next.
        let shift: UInt64
        let admitted: Int

        var networks: [ClientNetwork] {
            (0..<64 as Range<UInt64>).map { number in
                switch first {
                case .ipv4(let address): .ipv4(address | UInt32(number << shift))
                case .ipv6(let prefix): .ipv6(prefix: prefix | number << shift)
                }
            }
        }
    }

    /// The free failures of one login are 3 for an address, twice that for a /56, and four times that for a /48 or an
    /// IPv4 /24.
    private static let floods: [Flood] = [
        Flood(first: .ipv6(prefix: 0x2001_0DB8_0001_0000), shift: 0, admitted: 6),
        Flood(first: .ipv6(prefix: 0x2001_0DB8_0001_0000), shift: 8, admitted: 12),
        Flood(first: .ipv6(prefix: 0x2001_0DB8_0000_0000), shift: 16, admitted: 64),
        Flood(first: .ipv4(0xC633_6400), shift: 0, admitted: 12),
        Flood(first: .ipv4(0xC600_0000), shift: 8, admitted: 64),
    ]

    /// One attempt comes from each address: the blocks around them count as well.
    @Test(arguments: floods)
    mutating func manyAddressesOfOneBlockShareItsAllowance(_ flood: Flood) {
        let networks = flood.networks
        let first = networks.count { attempt("owner", from: .network($0)) == 0 }
        #expect(first == flood.admitted)
        // A login that has signed in from there before does not wait, and neither does another login.
        known["owner", default: []].insert(.network(networks[0]))
        known["owner", default: []].insert(.device(.number(1)))
        #expect(attempt("owner", from: .network(networks[0]), .succeeded) == 0)
        #expect(attempt("owner", from: .device(.number(1)), .succeeded) == 0)
        #expect(attempt("another", from: .network(networks[63])) == 0)
        #expect(attempt("owner", from: .network(.ipv6(prefix: 0x2A00_0000_0000_0000))) == 0)
    }

    @Test mutating func aBlockThatTriesManyLoginsIsSlowed() {
        // 10 failures are free for an address, and so 40 for a /48.
        let admitted = (0..<100).count {
            attempt("user \($0)", from: .network(.ipv6(prefix: 0x2001_0DB8_0001_0000 | UInt64($0) << 8))) == 0
        }
        #expect(admitted == 40)
    }

    @Test mutating func anAbandonedAttemptDoesNotCount() {
        for _ in 0..<50 { #expect(attempt("owner", from: .here, .abandoned) == 0) }
        for _ in 0..<3 { #expect(attempt("owner", from: .here) == 0) }
        #expect(attempt("owner", from: .here) == 1000)
    }

    @Test mutating func zeroMeansNoLimit() {
        limits = SignInLimits(.unlimited)
        for _ in 0..<500 { #expect(attempt("owner", from: .here) == 0) }
    }

    /// The owner's programs may sign in many times at once.
    @Test mutating func manyRightSignInsAtOnceAreAdmitted() {
        attempt("owner", from: .here, .succeeded)
        let attempts = (0..<100).compactMap { _ -> SignInLimits.Attempt? in
            guard case .admitted(let attempt) = begin("owner", from: .here) else { return nil }
            return attempt
        }
        #expect(attempts.count == 100)
        for attempt in attempts { limits.end(attempt, .succeeded, now: now) }
        // Guesses from a network without a sign-in of the login are limited.
        let guesses = (0..<100).count { _ in
            if case .admitted = begin("owner", from: .elsewhere) { true } else { false }
        }
        #expect(guesses == 3)
    }

    /// Makes an attempt now, from `here`, with a device.
    @discardableResult
    private mutating func attempt(
        _ name: String, showing device: Device, _ result: SignInLimits.AttemptResult = .failed
    ) -> Int64 {
        attempt(name, from: source(of: name, showing: device), result)
    }

    /// As the account service has it: a device that is unknown for the login does not count.
    private func source(of name: String, showing device: Device?) -> AttemptSource {
        guard let device, known[name]?.contains(.device(device)) == true else { return .here }
        return .device(device)
    }

    /// The owner shares a NAT with an attacker who tries each millisecond and so uses every opportunity.
    @Test(arguments: [false, true])
    mutating func theOwnersDeviceCompetesWithNoStranger(isNetworkKnown: Bool) {
        let (owners, guessers) = (Device.number(1), Device.number(2))
        if isNetworkKnown { attempt("owner", from: .here, .succeeded) }
        known["owner", default: []].insert(.device(owners))
        known["guesser", default: []].insert(.device(guessers))
        var guesses = 0
        for millisecond in 0..<60_000 {
            now += 1
            // The attacker presents no device, an unknown one, and one of another login.
            for device in [nil, .number(3), guessers] as [Device?] {
                let source = source(of: "owner", showing: device)
                #expect(source == .here)
                if attempt("owner", from: source) == 0 { guesses += 1 }
            }
            if millisecond % 1000 == 999 {
                #expect(attempt("owner", showing: owners, .succeeded) == 0, "at \(millisecond)")
            }
        }
        // Three attempts are free; the others follow after 1, 2 and 4 seconds and so on, up to 32 or 4.
        #expect(guesses == (isNetworkKnown ? 3 + 2 + 14 : 3 + 5))
    }

    /// The thief may try as often as from an unknown network.
    @Test mutating func aStolenDeviceIsSlowedLikeAnUnknownNetwork() {
        known["owner", default: []].insert(.device(.number(1)))
        var waits: [Int64] = []
        for _ in 0..<11 {
            let wait = attempt("owner", showing: .number(1))
            waits.append(wait)
            now += wait
            if wait > 0 { attempt("owner", showing: .number(1)) }
        }
        #expect(waits == [0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
        #expect(attempt("owner", from: .here, .succeeded) == 0)
        #expect(attempt("owner", showing: .number(1), .succeeded) > 0)
        // For another login the device does not count.
        #expect(source(of: "other", showing: .number(1)) == .here)
    }

    /// A place that the database forgets is a stranger's with the next attempt.
    @Test mutating func aForgottenPlaceIsUnknownAtOnce() {
        attempt("owner", from: .here, .succeeded)
        for index in 0..<10 { attempt("user \(index)", from: .here) }
        #expect(attempt("owner", from: .here, .abandoned) == 0)
        known = [:]
        #expect(attempt("owner", from: .here) == 1000, "it waits for the failures of others")
    }

    /// Whatever strangers do from other networks, the owner is always let in at once.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func strangersElsewhereNeverDelayTheOwner(seed: UInt64) {
        var test = self
        var random = SeededRandom(seed: seed)
        for round in 0..<2000 {
            test.now += Int64.random(in: 0...3000, using: &random)
            let stranger = AttemptSource.number(.random(in: 0..<30, using: &random))
            let name = ["owner", "other", "unknown"].randomElement(using: &random)!
            test.attempt(name, from: stranger)
            if round % 10 == 0 {
                #expect(test.attempt("owner", from: .here, .succeeded) == 0, "seed \(seed), round \(round)")
                #expect(test.attempt("owner", from: .number(1000 + round), .succeeded) == 0)
            }
        }
    }
}
