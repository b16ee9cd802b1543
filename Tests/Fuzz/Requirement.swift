/// Ends the process where a property does not hold, and libFuzzer keeps the input. Unlike `precondition`, it says in an
/// optimised build too what was expected.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("not so: \(property())") }
}

/// libFuzzer's input, copied: the address sanitizer then sees what reads past its end.
func copy(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: start, count: count))
}
