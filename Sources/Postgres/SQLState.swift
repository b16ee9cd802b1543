/// The code of an error or a warning: a class of two characters and three more
/// (postgresql.org/docs/current/errcodes-appendix.html).
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    /// Five digits and capital letters of ASCII.
    package let description: String

    /// Returns `nil` unless the text is a code.
    package init?(_ text: String) {
        let isCode = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        guard text.utf8.count == 5, isCode else { return nil }
        description = text
    }

    private init(known text: StaticString) {
        description = text.description
    }

    /// The first two characters.
    package var category: Substring { description.prefix(2) }

    package static let divisionByZero = SQLState(known: "22012")
    package static let uniqueViolation = SQLState(known: "23505")
    package static let readOnlyTransaction = SQLState(known: "25006")
    package static let wrongPassword = SQLState(known: "28P01")
    package static let noSuchDatabase = SQLState(known: "3D000")
    package static let serializationFailure = SQLState(known: "40001")
    package static let resultUnknown = SQLState(known: "40003")
    package static let deadlock = SQLState(known: "40P01")
    package static let diskFull = SQLState(known: "53100")
    package static let tooManyConnections = SQLState(known: "53300")
    package static let programLimitExceeded = SQLState(known: "54000")
    package static let lockNotAvailable = SQLState(known: "55P03")
    package static let cancelled = SQLState(known: "57014")
    package static let adminShutdown = SQLState(known: "57P01")
    package static let crashShutdown = SQLState(known: "57P02")
    package static let cannotConnectNow = SQLState(known: "57P03")
    package static let databaseDropped = SQLState(known: "57P04")
    package static let idleSession = SQLState(known: "57P05")
}
