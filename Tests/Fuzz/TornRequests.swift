@testable import HTTP

/// The request parser. Its result does not depend on the pieces in which the bytes arrive, on earlier requests, or on
/// the bytes after an error.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = ConnectionInput(copy(start, count)) else { return 0 }
    let whole = Reading(input.bytes, limits: input.limits)

    let torn = Reading(input.torn(input.bytes), limits: input.limits)
    require(torn.isSame(as: whole), "torn bytes are read as whole ones are")
    let single = Reading(input.bytes.indices.map { input.bytes[$0...$0] }, limits: input.limits)
    require(single.isSame(as: whole), "bytes one by one are read as whole ones are")

    if whole.refusal != nil {
        let followed = Reading(input.bytes + smuggled, limits: input.limits)
        require(followed.isSame(as: whole), "what follows an error changes nothing, and is never read")
    }
    if whole.endsWithRequest {
        checkRepeated(input, whole)
    }
    return 0
}

private func checkRepeated(_ input: ConnectionInput, _ once: Reading) {
    let repetitions = input.isLong ? longBytesMin / input.bytes.count + 1 : 2
    let bytes = Array(repeatElement(input.bytes, count: repetitions).joined())
    for repeated in [Reading(bytes, limits: input.limits), Reading(input.torn(bytes), limits: input.limits)] {
        require(repeated.endsWithRequest, "what ends with a request does so each time")
        require(repeated.requests.count == once.requests.count * repetitions, "each request is read each time")
        for (index, request) in repeated.requests.enumerated() {
            let first = once.requests[index % once.requests.count]
            require(request.isSame(as: first), "a request said again is the same request")
        }
    }
}

/// A request that must not be served.
private let smuggled = Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

/// More than the number of read bytes that the buffer keeps.
private let longBytesMin = 20_000
