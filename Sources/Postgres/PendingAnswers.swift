/// The statements and synchronization points that a connection has sent and the server has not answered, oldest first.
struct PendingAnswers {
    enum Kind: Equatable {
        /// - Parameters:
        ///   - name: of the statement, for errors.
        ///   - hasRows: false if the statement is only prepared.
        case statement(_ name: String, hasRows: Bool)
        case synchronization
    }

    private var kinds: [Kind] = []
    /// The number of answered elements at the front. They leave the array when they are more than half of it.
    private var answeredCount = 0
    private var synchronizationCount = 0

    var count: Int { kinds.count - answeredCount }

    var hasSynchronization: Bool { synchronizationCount > 0 }

    var first: Kind? { answeredCount < kinds.count ? kinds[answeredCount] : nil }

    mutating func append(_ kind: Kind) {
        kinds.append(kind)
        if kind == .synchronization { synchronizationCount += 1 }
    }

    mutating func removeFirst() {
        precondition(answeredCount < kinds.count, "there must be a pending answer")
        if kinds[answeredCount] == .synchronization { synchronizationCount -= 1 }
        answeredCount += 1
        guard answeredCount * 2 > kinds.count else { return }
        kinds.removeFirst(answeredCount)
        answeredCount = 0
    }
}
