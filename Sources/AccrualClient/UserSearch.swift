import Loyalty

/// The progress of the search for users with unfinished orders, in the order of their ids.
struct UserSearch {
    /// The last user that was found; `nil` before the first.
    private(set) var after: UserID?
    private(set) var isUnderWay = true
    /// True if users before `after` have to be found once more.
    private var startsOver = false

    mutating func startOver() {
        if isUnderWay { startsOver = true } else { (isUnderWay, after) = (true, nil) }
    }

    /// Records that all users up to this one are known, or all users if it is `nil`.
    mutating func noteFound(through user: UserID?) {
        after = user
        guard user == nil else { return }
        isUnderWay = startsOver
        startsOver = false
    }
}
