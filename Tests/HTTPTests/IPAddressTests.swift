import HTTP
import Posix
import TestSupport
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("fe80::", "fe80::"),
    ])
    func addressesAreParsedAndWritten(text: String, written: String) {
        #expect(IPAddress(text.utf8)?.description == written)
        #expect(IPAddress(written.utf8) == IPAddress(text.utf8))
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", " 1.2.3.4", "1..3.4",
        "0x1.2.3.4",
        "1.2.3.1000", ":", ":::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "1::2:3:4:5:6:7:8", "12345::", "g::", "+1::", "::1%eth0", "[::1]", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3",
        "1.2.3.4/8", "unknown",
        "::\u{661}",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(IPAddress(text.utf8) == nil)
    }

    @Test func bytesAreTheAddress() {
        #expect(IPAddress(bytes: [192, 0, 2, 1]).description == "192.0.2.1")
        #expect(
            IPAddress(bytes: [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 11) + [5]).description == "2001:db8::5"
        )
        #expect(IPAddress(bytes: [192, 0, 2, 1]).ipv4 == 0xC000_0201)
    }

    /// A text that the system has written for an address is parsed to that address, and written in the same form.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func theSystemAgrees(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            // Addresses with runs of zeros. The forms in which the system embeds IPv4 are rare.
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let start = Int.random(in: 1..<8, using: &random) * 2
                for index in start..<min(16, start + 4) { bytes[index] = 0 }
            }
            let system = Endpoint(address: bytes, port: 1).description.dropFirst().dropLast(3)
            #expect(IPAddress(bytes: bytes).description == system, "seed \(seed)")
            #expect(IPAddress(system.utf8) == IPAddress(bytes: bytes), "seed \(seed): \(system)")
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3/8", "10.255.0.1", true),
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("10.0.0.1/32", "10.0.0.2", false),
        ("10.0.0.0/31", "10.0.0.1", true), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false), ("::1", "::1", true),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
        ("::1", "::2", false), ("2001:db8::/64", "2001:db8::ffff", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::/127", "2001:db8::1", true), ("2001:db8::/127", "2001:db8::2", false),
        ("::/0", "2001:db8::1", true),
    ])
    func aNetworkContainsTheAddressesWithItsPrefix(network: String, address: String, isIn: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(#require(IPAddress(address.utf8))) == isIn)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8", "::/129", "localhost",
        "10.0.0.0/+8",
    ])
    func textsThatAreNotNetworksAreRefused(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(
        arguments: [
            ("2002:c000:201:7::1", 0xC000_0201), ("64:ff9b::c000:201", 0xC000_0201),
            ("64:ff9b::192.0.2.1", 0xC000_0201),
            ("2001:0:1:2:3:4:3fff:fdfe", 0xC000_0201), ("2001:db8::c000:201", nil),
            ("::ffff:192.0.2.1", nil), ("2003::1", nil), ("64:ff9b:1::c000:201", 0xC000_0201),
            ("64:ff9b:1:fffe::192.0.2.1", 0xC000_0201), ("64:ff9b:2::c000:201", nil),
            // After 96 other bits, and after 64, 56 and 48.
            ("64:ff9b:1:0:0:1:c000:201", nil), ("64:ff9b:1:0:c0:2:100:0", nil), ("64:ff9b:1:c0:0:201::", nil),
            ("64:ff9b:1:c000:2:100::", nil), ("64:ff9b:1:c000::", nil),
        ] as [(String, UInt32?)])
    func anAddressOfIPv4IsFoundInOneOfIPv6(text: String, ipv4: UInt32?) throws {
        #expect(try #require(IPAddress(text.utf8)).embeddedIPv4 == ipv4)
    }
}
