/// SplitMix64: the same seed gives the same numbers on every machine.
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int64) -> Int64 {
        precondition(limit > 0, "there is something below it")
        return Int64(next() % UInt64(limit))
    }

    mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    mutating func chance(percent: Int64) -> Bool { below(100) < percent }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(below(Int64(values.count)))] }
}
