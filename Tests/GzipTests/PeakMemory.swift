import Glibc

/// The largest resident set of this process so far (getrusage(2)).
func peakResidentBytes() -> Int {
    var usage = rusage()
    getrusage(CInt(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}
