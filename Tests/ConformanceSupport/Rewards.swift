import Loyalty
import Storage
import Synchronization
import TestSupport

extension ConformanceCase {
    static let rewards = [
        ConformanceCase("reward rules are kept in the order in which they were added") { store in
            let bork = try RewardRule(match: "Bork", kind: .percent, rewardMillionths: 10_000_000)
            let composed = try RewardRule(match: "\u{e9}", kind: .points, rewardMillionths: .max)
            let decomposed = try RewardRule(match: "e\u{301}", kind: .points, rewardMillionths: 1)
            try await store.withRewards { rewards in
                try expect(try await rewards.rules().get(), [])
                for rule in [bork, composed, decomposed] {
                    let before = rewards.rulesRevision
                    try expect(try await rewards.addRule(rule), .added)
                    try expect(before == nil || rewards.rulesRevision != before)
                }
                let revision = rewards.rulesRevision
                let again = try RewardRule(match: "Bork", kind: .points, rewardMillionths: 1)
                try expect(try await rewards.addRule(again), .matchTaken)
                try expect(rewards.rulesRevision, revision)
                try expect(try await rewards.rules().get(), [bork, composed, decomposed])
                try expect(try await rewards.removeRule(matching: "Bork"))
                try expect(try await !rewards.removeRule(matching: "Bork"))
                try expect(try await rewards.rules().get(), [composed, decomposed])
            }
        },
        ConformanceCase("an order has one receipt, which is announced before it can be read") { store in
            let lookup = try store.storage.makeReceiptLookup()
            defer { lookup.close() }
            let now = store.clock.now
            try await store.withRewards { rewards in
                let wasThere = Mutex<[Bool]>([])
                let announce: @Sendable () -> Void = { wasThere.withLock { $0.append(true) } }
                try expect(try await rewards.earned(by: .sample(1)).get(), nil)
                let added = try await rewards.addReceipt(
                    of: .sample(1), earning: Points(hundredths: 700), at: now, willAppear: announce)
                try expect(added)
                try expect(wasThere.withLock { !$0.isEmpty })
                let again = try await rewards.addReceipt(
                    of: .sample(1), earning: Points(hundredths: 5), at: now, willAppear: {})
                try expect(!again)
                try expect(try await rewards.earned(by: .sample(1)).get(), Points(hundredths: 700))
            }
            try expect(try lookup.earned(by: .sample(1)), Points(hundredths: 700))
            try expect(try lookup.earned(by: .sample(2)), nil)
        },
    ]
}
