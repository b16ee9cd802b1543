import Glibc

/// A test can't go on, for the reason that the description states.
package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// The time after which a test no longer waits. It is much longer than any condition needs on a machine that is busy
/// with other work, because a test that succeeds never waits for it.
package let eventuallySecondsMax = 60.0

/// The pause between two looks at a condition.
private let pauseMicroseconds: UInt32 = 1000

/// Waits until a condition holds that another thread or process brings about.
///
/// - Parameters:
///   - seconds: The time after which it gives up.
///   - what: The condition in words. It is evaluated only after the wait was in vain, so it may contain a log.
/// - Throws: ``TestFailure`` if the condition does not hold in time, and any error of `condition`.
package func eventually(
    within seconds: Double = eventuallySecondsMax, _ what: @autoclosure () -> String = "", fileID: String = #fileID,
    line: Int = #line, _ condition: () throws -> Bool
) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < end else {
            throw TestFailure("\(fileID):\(line): not within \(seconds) s: \(what())")
        }
        usleep(pauseMicroseconds)
    }
}

/// Waits like the function for threads, but leaves the thread to other tasks, which may bring the condition about.
package func eventually(
    within seconds: Double = eventuallySecondsMax, _ what: @autoclosure () -> String = "", fileID: String = #fileID,
    line: Int = #line, _ condition: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < end else {
            throw TestFailure("\(fileID):\(line): not within \(seconds) s: \(what())")
        }
        try await Task.sleep(for: .microseconds(Int(pauseMicroseconds)))
    }
}
