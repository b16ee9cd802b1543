import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The dynamic section of the release executable (elf(5)). A debug build is not tested, because it finds Swift's
/// libraries by a search path.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_EXECUTABLE"] != nil))
struct ExecutableTests {
    private static let dynamic: UInt32 = 2
    private static let interpreter: UInt32 = 3
    private static let stack: UInt32 = 0x6474_E551
    private static let relro: UInt32 = 0x6474_E552
    private static let rpath: Int64 = 15, runpath: Int64 = 29, flags: Int64 = 30, flags1: Int64 = 0x6FFF_FFFB
    private static let textRelocations: Int64 = 22
    private static let bindNow: UInt64 = 8, now1: UInt64 = 1, pie1: UInt64 = 0x0800_0000

    @Test func theExecutableLoadsNoNeighboringLibraryAndItsTablesAreReadOnly() throws {
        let file = try ELFFile(try Data(contentsOf: URL(fileURLWithPath: Server.executable)))
        let entries = file.dynamicEntries
        #expect(file.segments.contains { $0.type == Self.interpreter })
        #expect(entries[Self.rpath] == nil && entries[Self.runpath] == nil)
        #expect(entries[Self.textRelocations] == nil)
        #expect(file.segments.contains { $0.type == Self.relro })
        let isBoundAtStart =
            (entries[Self.flags] ?? 0) & Self.bindNow != 0 || (entries[Self.flags1] ?? 0) & Self.now1 != 0
        #expect(isBoundAtStart)
        #expect((entries[Self.flags1] ?? 0) & Self.pie1 != 0)
        let stack = file.segments.first { $0.type == Self.stack }
        #expect(stack.map { $0.flags & 1 == 0 } == true)
    }
}

/// The parts of a 64-bit little-endian ELF file that the tests look at.
private struct ELFFile {
    private(set) var segments: [(type: UInt32, flags: UInt32)] = []
    /// By their tag.
    private(set) var dynamicEntries: [Int64: UInt64] = [:]

    init(_ data: Data) throws {
        let bytes = [UInt8](data)
        func number(at offset: Int, bytes count: Int) -> UInt64 {
            bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { throw TestFailure("no 64-bit ELF file") }
        let table = Int(number(at: 32, bytes: 8))
        let entrySize = Int(number(at: 54, bytes: 2))
        for index in 0..<Int(number(at: 56, bytes: 2)) {
            let header = table + index * entrySize
            let type = UInt32(number(at: header, bytes: 4))
            segments.append((type, UInt32(number(at: header + 4, bytes: 4))))
            guard type == 2 else { continue }
            let start = Int(number(at: header + 8, bytes: 8))
            let size = Int(number(at: header + 32, bytes: 8))
            for entry in stride(from: start, to: start + size, by: 16) {
                dynamicEntries[Int64(bitPattern: number(at: entry, bytes: 8))] = number(at: entry + 8, bytes: 8)
            }
        }
    }
}
