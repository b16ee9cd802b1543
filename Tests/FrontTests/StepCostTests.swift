import Testing

@testable import Front

/// Which connections are dear, by what their steps have cost.
@Suite struct StepCostTests {
    /// Steps in microseconds, one after the other, and whether the next one is taken for a dear one.
    @Test(
        arguments: [
            ([], false), ([8], false), ([65, 65, 65, 65, 65, 65], false),
            // One that took very long, or that the kernel interrupted.
            ([60_000], true), ([8, 8, 60_000, 8, 8], true), ([8, 8, 60_000, 8, 8, 8], false), ([400, 8], false),
            // A list of a thousand orders, again and again, or every other time.
            ([1_300, 1_300], true), ([1_300, 8, 1_300, 8, 1_300, 8, 1_300], true),
            ([200, 200, 200, 200], true), ([120], false), ([120, 120, 120, 120, 120, 120, 120, 120, 120], true),
            // Quick again.
            ([1_300, 1_300, 1_300, 8, 8, 8, 8, 8, 8], false), ([1_300, 1_300, 1_300, 8], true),
        ] as [([Int64], Bool)])
    func connectionIsDearIfItsStepsCostMuch(microseconds: [Int64], isDear: Bool) {
        var cost = StepCost()
        for step in microseconds { cost.note(step * 1_000) }
        #expect(cost.isDear == isDear)
    }
}
