/// Ends the process if a property does not hold; libFuzzer then keeps the input. Unlike `precondition`, it prints the
/// property in an optimised build too.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("does not hold: \(property())") }
}

/// A copy of libFuzzer's input, so that the address sanitizer notices a read past its end.
func copy(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: start, count: count))
}
