import Loyalty

/// The ids of one user's changes that the log still holds, oldest first. Resuming after a given id is a binary search
/// here, so its cost does not depend on how much other users have changed.
struct ChangeIDs {
    private var ids: [ChangeID] = []
    /// The number of ids at the front that the log no longer holds. They are removed when they are half of all, so that
    /// each id is moved rarely.
    private var forgottenCount = 0

    var isEmpty: Bool { forgottenCount == ids.count }

    mutating func append(_ id: ChangeID) {
        precondition(ids.last.map { $0 < id } ?? true, "ids grow")
        ids.append(id)
    }

    mutating func forgetFirst() {
        precondition(!isEmpty, "only what is kept is forgotten")
        forgottenCount += 1
        guard forgottenCount * 2 >= ids.count else { return }
        // Copies, because an array that only loses elements keeps its memory; each user would go on taking the memory
        // of their busiest day.
        ids = Array(ids[forgottenCount...])
        forgottenCount = 0
    }

    /// Returns the ids after `id`, which need not be in the log.
    func behind(_ id: ChangeID) -> ArraySlice<ChangeID> {
        let kept = ids[forgottenCount...]
        return kept[kept.partitioningIndex { $0 > id }...]
    }
}

extension RandomAccessCollection {
    /// Returns the index of the first element for which `isBehind` returns true, or `endIndex` if there is none. The
    /// elements must be sorted so that `isBehind` returns true for all that follow. Takes a number of calls that grows
    /// with the logarithm of the count.
    package func partitioningIndex(where isBehind: (Element) -> Bool) -> Index {
        var start = startIndex
        var count = self.count
        while count > 0 {
            let middle = index(start, offsetBy: count / 2)
            if isBehind(self[middle]) {
                count /= 2
            } else {
                start = index(after: middle)
                count -= count / 2 + 1
            }
        }
        return start
    }
}
