extension RandomAccessCollection {
    /// Returns the index of the first element for which `isAfter` returns true, or `endIndex` if there is none. The
    /// elements must be sorted so that `isAfter` returns true for all that follow. Takes a number of calls that grows
    /// with the logarithm of the count.
    package func partitioningIndex(where isAfter: (Element) -> Bool) -> Index {
        var start = startIndex
        var count = self.count
        while count > 0 {
            let middle = index(start, offsetBy: count / 2)
            if isAfter(self[middle]) {
                count /= 2
            } else {
                start = index(after: middle)
                count -= count / 2 + 1
            }
        }
        return start
    }
}
