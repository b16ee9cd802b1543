import Glibc

/// The most memory this process ever had in RAM (getrusage(2)).
func peakResidentBytes() -> Int {
    var usage = rusage()
    getrusage(CInt(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}
