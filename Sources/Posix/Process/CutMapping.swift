import CLinux
import Glibc

/// The end of a process whose mapped file was cut by another program.
///
/// SQLite maps the index of its log (`-shm`) into memory. If another program shortens that file, the next access beyond
/// its new end is a SIGBUS (mmap(2)), which would end the process without a word. This handler writes one line first.
package enum CutMapping {
    /// The line, the position of its time, and the exit status. A handler may not allocate, so all is made before it is
    /// installed.
    private struct Ending {
        let line: UnsafeMutableBufferPointer<UInt8>
        let timePosition: Int
        let status: Int32
    }

    // Written once before any other thread starts, and never freed.
    nonisolated(unsafe) private static var ending: Ending?

    /// The form of a time in a line of the log, and its value at the start of 1970.
    package static let placeholder = "1970-01-01T00:00:00.000Z"

    /// Has such a SIGBUS write a line to standard error and end the process (sigaction(2), _exit(2)). A SIGBUS of
    /// another origin, such as kill(1), does what it does by default.
    ///
    /// - Parameters:
    ///   - line: a whole line with ``placeholder``, which is replaced by the time of the signal.
    ///   - status: the exit status.
    package static func endProcess(line: String, status: Int32) {
        let text = Array(line.utf8)
        let time = Array(placeholder.utf8)
        let position = text.indices.first { text[$0...].starts(with: time) }
        guard let position else { preconditionFailure("the line must have a time") }
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        ending = Ending(line: bytes, timePosition: position, status: status)
        var action = sigaction()
        action.__sigaction_handler.sa_sigaction = handle
        action.sa_flags = SA_SIGINFO
        sigaction(SIGBUS, &action, nil)
    }

    private static let handle:
        @convention(c) (CInt, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void =
            { _, information, _ in
                guard let ending = CutMapping.ending, let information,
                    information.pointee.si_code == CutMapping.beyondTheEnd
                else {
                    // The instruction that caused it is run again after this handler, or the signal is sent again here.
                    signal(SIGBUS, SIG_DFL)
                    if information?.pointee.si_code ?? 0 <= 0 { raise(SIGBUS) }
                    return
                }
                CutMapping.writeTime(into: ending.line, at: ending.timePosition)
                _ = Glibc.write(STDERR_FILENO, ending.line.baseAddress, ending.line.count)
                _exit(ending.status)
            }

    /// `BUS_ADRERR`, the code of an access to a mapped page that its file does not have (sigaction(2)).
    private static let beyondTheEnd: CInt = 2

    /// Writes the time of now in the form of ``placeholder``: by arithmetic alone, as a handler may call few functions
    /// (signal-safety(7)).
    private static func writeTime(into bytes: UnsafeMutableBufferPointer<UInt8>, at position: Int) {
        var now = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return }
        // Years begin in March, so that a leap day is the last of its year, as in `CivilTime`.
        let days = Int(now.tv_sec) / 86_400 + 719_468
        let second = Int(now.tv_sec) % 86_400
        let day = days % 146_097
        let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        write(yearOfEra + days / 146_097 * 400 + (month < 10 ? 0 : 1), digits: 4, into: bytes, at: position)
        write(month < 10 ? month + 3 : month - 9, digits: 2, into: bytes, at: position + 5)
        write(dayOfYear - (153 * month + 2) / 5 + 1, digits: 2, into: bytes, at: position + 8)
        write(second / 3_600, digits: 2, into: bytes, at: position + 11)
        write(second / 60 % 60, digits: 2, into: bytes, at: position + 14)
        write(second % 60, digits: 2, into: bytes, at: position + 17)
        write(Int(now.tv_nsec) / 1_000_000, digits: 3, into: bytes, at: position + 20)
    }

    private static func write(
        _ number: Int, digits: Int, into bytes: UnsafeMutableBufferPointer<UInt8>, at position: Int
    ) {
        var rest = number
        for place in stride(from: position + digits - 1, through: position, by: -1) {
            bytes[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
