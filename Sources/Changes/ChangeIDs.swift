import Loyalty

/// The ids of a user's changes that are kept, oldest first: who goes on behind any of them finds the next without looking
/// at those before or behind, nor at everybody's.
struct ChangeIDs {
    private var ids: [ChangeID] = []
    /// So many at the front are not kept any more. They are removed once they are half of all, so that none is moved often.
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
        // A copy: an array that only loses elements keeps its memory, and so every user's busiest day would be kept.
        ids = Array(ids[forgottenCount...])
        forgottenCount = 0
    }

    /// Those behind `id`, which may be any.
    func behind(_ id: ChangeID) -> ArraySlice<ChangeID> {
        let kept = ids[forgottenCount...]
        return kept[kept.partitioningIndex { $0 > id }...]
    }
}

extension RandomAccessCollection {
    /// Where the first element stands for which `isBehind` holds, as it does for all that follow; asks once for each doubling
    /// of the count.
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
