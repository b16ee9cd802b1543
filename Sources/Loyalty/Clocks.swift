/// Returns the current time of the calendar. It may step back, if the system's clock is set.
///
/// Clocks are parameters of everything that needs the time, so that a test can set it.
package typealias WallClock = @Sendable () -> Timestamp

/// Returns milliseconds since some time before the process started, and never steps back: the clock for waits and
/// time-outs.
package typealias MonotonicClock = @Sendable () -> Int64
