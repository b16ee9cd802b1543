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
