import Loyalty
import Posix

extension SystemClock {
    /// The system's clock as the domain reads it.
    static let wallClock: WallClock = { Timestamp(milliseconds: wallMilliseconds()) }
}
