import Testing

@testable import Postgres

/// The time for each host of an address.
struct ConnectShareTests {
    @Test(
        arguments: [
            // One host has as long as a host may take.
            (60_000, 1, nil, 5_000, false), (5_000, 1, nil, 5_000, false), (3_000, 1, nil, 3_000, true),
            // Several hosts share a short deadline, and need not share a long one.
            (60_000, 3, nil, 5_000, false), (15_000, 3, nil, 5_000, false), (12_000, 3, nil, 4_000, true),
            // The next host is tried soon, and the one before it has a chance.
            (6_000, 3, nil, 2_000, true), (5_000, 16, nil, 2_000, true), (0, 3, nil, 2_000, true),
            // The owner's time is a limit. If it were a claim, a silent host would take the time of all others.
            (6_000, 3, 30_000, 2_000, true), (5_000, 2, 10_000, 2_500, true), (60_000, 3, 10_000, 10_000, false),
            (6_000, 3, 1_000, 1_000, false), (0, 1, 1_000, 1_000, false), (5_000, 1, 10_000, 5_000, true),
        ] as [(Int, Int, Int?, Int, Bool)])
    func eachHostHasItsTime(left: Int, hosts: Int, asked: Int?, milliseconds: Int, isCut: Bool) {
        let share = ConnectShare(ofMilliseconds: left, among: hosts, asked: asked, longest: 5_000)
        #expect(share.milliseconds == milliseconds && share.isCut == isCut)
    }
}
