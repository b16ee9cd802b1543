/// The hash function FNV-1a (draft-eastlake-fnv): quick, and the same in every process. It finds accidental changes; it
/// does not resist someone who looks for collisions.
package enum FNV1a {
    package static func hash32(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    package static func hash64(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
