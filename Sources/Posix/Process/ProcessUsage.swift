import CLinux
import Glibc

/// The resources that the process uses (proc(5)).
package struct ProcessUsage: Sendable {
    /// The time in user mode and in the kernel.
    package let cpuSeconds: Double
    package let residentBytes: Int
    package let openFiles: Int
    package let openFilesMax: Int
    /// The start of the process, in seconds since 1970-01-01T00:00:00Z.
    package let startedAtSeconds: Double

    private static let statusBytesMax = 64 * 1024

    /// Returns the current usage, or `nil` if the system does not provide it.
    package static func current() -> ProcessUsage? {
        // The name in parentheses may contain any byte. The fields after it are counted from the third on.
        guard let bytes = try? File.read(path: "/proc/self/stat", bytesMax: statusBytesMax),
            let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")")),
            let files = try? FolderListing.names(in: "/proc/self/fd")
        else { return nil }
        let fields = String(decoding: bytes[(nameEnd + 1)...], as: UTF8.self).split(separator: " ").map { Int($0) ?? 0 }
        guard fields.count > 21 else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let (user, kernel, startTicks, pages) = (fields[11], fields[12], fields[19], fields[21])
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return ProcessUsage(
            cpuSeconds: Double(user + kernel) / ticks, residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)),
            // The descriptor of the listing itself does not count.
            openFiles: files.count - 1, openFilesMax: Int(clamping: limit.rlim_cur),
            startedAtSeconds: bootSeconds() + Double(startTicks) / ticks)
    }

    /// The time at which the machine started, which is the difference of two clocks (clock_gettime(2)).
    private static func bootSeconds() -> Double {
        var (now, sinceBoot) = (timespec(), timespec())
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        return Double(now.tv_sec - sinceBoot.tv_sec) + Double(now.tv_nsec - sinceBoot.tv_nsec) / 1e9
    }
}
