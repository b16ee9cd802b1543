import TestSupport

extension SeededRandom {
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
