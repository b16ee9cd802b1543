import Glibc

/// The arguments of the process, as the kernel passed them. Swift's `CommandLine` reads them from `/proc`, which a
/// chroot may lack.
package enum ProgramArguments {
    /// The name that the program was called by, and its arguments; empty if the process was started without even a
    /// name.
    package static var all: [String] {
        let (count, vector) = received
        return (0..<Int(count)).compactMap { index in vector?[index].map { String(cString: $0) } }
    }

    /// Replaces the secrets of addresses in the arguments by `*`, since every account may read the arguments of a
    /// process (proc(5), /proc/PID/cmdline). Called before other threads start, and after ``all`` was read.
    ///
    /// - Parameter ranges: returns the positions of the secrets in an argument's bytes.
    package static func hide(_ ranges: ([UInt8]) -> [Range<Int>]) {
        let (count, vector) = received
        for index in 0..<Int(count) {
            guard let argument = vector?[index] else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            for place in ranges(bytes).joined() { argument[place] = CChar(UInt8(ascii: "*")) }
        }
    }

    fileprivate typealias Vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Written once before `main`, while the process has a single thread, and only read afterwards.
    nonisolated(unsafe) fileprivate static var received: (count: CInt, vector: Vector?) = (0, nil)
}

/// The C library calls each function of this section before `main`, with the arguments of `main` (System V ABI,
/// "Initialization and Termination Functions"; glibc, csu/libc-start.c).
@used @section(".init_array")
private let receiveArguments: @convention(c) (CInt, ProgramArguments.Vector?, ProgramArguments.Vector?) -> Void = {
    count, vector, _ in
    ProgramArguments.received = (count, vector)
}
