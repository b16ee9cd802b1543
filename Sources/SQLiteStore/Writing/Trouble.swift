import SQLite

/// A reason for which the writer cannot write for a while.
enum Trouble: Equatable {
    case diskFull, busy

    init?(_ error: SQLiteError) {
        if error.isDiskFull || error.isIndexFailure {
            self = .diskFull
        } else if error.isBusy {
            self = .busy
        } else {
            return nil
        }
    }

    var retryAfterSeconds: Int { self == .diskFull ? 10 : 1 }
}
