import Testing

@testable import Front

/// The costs of steps that make a connection costly.
@Suite struct StepCostTests {
    /// The durations of steps in microseconds, and true if the connection is costly after them.
    @Test(
        arguments: [
            ([], false), ([8], false), ([65, 65, 65, 65, 65, 65], false),
            // A step that took very long, or was interrupted by the kernel.
            ([60_000], true), ([8, 8, 60_000, 8, 8], true), ([8, 8, 60_000, 8, 8, 8], false), ([400, 8], false),
            // A list of a thousand orders, each time or every other time.
            ([1_300, 1_300], true), ([1_300, 8, 1_300, 8, 1_300, 8, 1_300], true),
            ([200, 200, 200, 200], true), ([120], false), ([120, 120, 120, 120, 120, 120, 120, 120, 120], true),
            // The connection is quick again.
            ([1_300, 1_300, 1_300, 8, 8, 8, 8, 8, 8], false), ([1_300, 1_300, 1_300, 8], true),
        ] as [([Int64], Bool)])
    func aConnectionIsCostlyIfItsStepsTookLong(microseconds: [Int64], isCostly: Bool) {
        var cost = StepCost()
        for step in microseconds { cost.note(step * 1_000) }
        #expect(cost.isCostly == isCostly)
    }
}
