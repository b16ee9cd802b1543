import Posix
import Testing

@testable import Systemd

/// Passed sockets agree with a setting if they listen on its addresses.
@Suite struct PassedAddressTests {
    private static let (loopback, loopback6): ([UInt8], [UInt8]) = (
        [127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]
    )
    private static let (any, any6) = ([UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 16))

    private static let cases: [(passed: [([UInt8], UInt16)], resolved: [([UInt8], UInt16)], agree: Bool)] = [
        ([(loopback, 80)], [(loopback, 80)], true),
        ([(loopback, 80)], [(loopback, 81)], false),
        ([(loopback, 80)], [(loopback, 80), (loopback6, 80)], false),
        ([(loopback, 80), (loopback6, 80)], [(loopback6, 80), (loopback, 80)], true),
        ([(loopback, 80), (loopback6, 80)], [(loopback, 80)], false),
        // One socket for both families, as systemd makes it for a port alone.
        ([(any6, 80)], [(any, 80), (any6, 80)], true),
        ([(any6, 80)], [(loopback, 80)], false),
        ([(loopback, 80)], [(any, 80), (any6, 80)], false),
        ([(loopback, 80)], [(loopback, 0)], true),
        ([([192, 0, 2, 1], 80)], [(loopback, 0)], false),
    ]

    @Test(arguments: cases.indices) func theyAgreeOrNot(index: Int) {
        let (passed, resolved, agree) = Self.cases[index]
        let address = PassedAddress(key: "run_address", endpoints: passed.map { Endpoint(address: $0.0, port: $0.1) })
        #expect(address.agrees(with: resolved.map { Endpoint(address: $0.0, port: $0.1) }) == agree)
    }
}
