@testable import HTTP

/// The request parser against the reader of the tests, which consists of regular expressions for the grammar: both find
/// the same requests, and the status of a refusal is one that is right for the bytes.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = ConnectionInput(copy(start, count)) else { return 0 }
    let reading = Reading(input.bytes, limits: input.limits)
    let naive = NaiveReader(reading: input.bytes, limits: input.limits)
    require(naive.agrees(with: reading.transcript), "\(reading.transcript) is \(naive)")
    return 0
}

extension Reading {
    fileprivate var transcript: Transcript {
        var ending: [String] = isUnfinished ? ["…"] : []
        if let refusal { ending = [String(refusal.status.rawValue)] }
        return requests.map(\.line) + ending
    }
}
