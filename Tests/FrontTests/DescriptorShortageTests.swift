import Glibc
import Posix
import TestSupport
import Testing

/// Each test runs in a process of its own, because it lowers the limit of open files.
@Suite struct DescriptorShortageTests {
    @Test func withoutDescriptorsAcceptingRestsAndResumes() async {
        await #expect(processExitsWith: .success) { try restAndResume() }
    }

    @Test func stoppingWhileAcceptingRestsIsQuiet() async {
        await #expect(processExitsWith: .success) { try stopWhileAcceptingRests() }
    }

    /// Each is closed before the next one is accepted.
    @Test func aStopAnswersConnectionsAboveTheLimitWithOneDescriptor() async {
        await #expect(processExitsWith: .success) { try stopWhileConnectionsAboveTheLimitWait() }
    }
}

// These functions are not asynchronous, because a task that sleeps may open descriptors: Dispatch makes its event queue
// at the first timer, and ends the process if it can't.

private func restAndResume() throws {
    let front = try TestFront(clock: TestClock()) { $0.timeouts.idleMilliseconds = 60_000 }
    let blocker = try front.client()
    try blocker.get("/block")
    try eventually { front.script.requestCount == 1 }
    // The kernel completes these connections, while the loop is blocked and does not accept them.
    var clients = try (0..<8).map { _ in try front.client() }
    for client in clients { try client.get("/served") }
    let isLimited = leaveDescriptors(3)
    precondition(isLimited)
    front.script.unblock()
    try eventually { front.script.requestCount == 1 + 3 }

    // The listener stays readable, which must not keep the loop busy.
    let turnsBefore = front.snapshot.turns.count
    for _ in 0..<10 { front.pass(milliseconds: 100) }
    precondition(front.snapshot.turns.count - turnsBefore < 200)
    precondition(front.script.requestCount == 1 + 3)

    for client in clients[..<3] {
        let answer = try client.answer()
        precondition(answer.status == 200)
    }
    clients.removeFirst(3)
    // Accepting resumes after the pause.
    try eventually { front.snapshot.connectionsClosed == 3 }
    front.pass(milliseconds: 200)
    for client in clients {
        let answer = try client.answer()
        precondition(answer.status == 200)
    }
}

private func stopWhileAcceptingRests() throws {
    let front = try TestFront()
    let busy = try front.client()
    try busy.get("/later")
    let held = front.script.held.take()!
    let blocker = try front.client()
    try blocker.get("/block")
    try eventually { front.script.requestCount == 2 }
    let waiting = try front.client()
    let isLimited = leaveDescriptors(0)
    precondition(isLimited)
    front.script.unblock()
    let answer = try blocker.answer()
    precondition(answer.status == 200)
    let stopping = Thread(name: "stop") { front.stop(withinMilliseconds: 20_000) }
    _ = try? waiting.rest()
    let turnsBefore = front.snapshot.turns.count
    for _ in 0..<20 { front.waitForTurns() }
    precondition(front.snapshot.turns.count - turnsBefore < 200)
    held.answer()
    stopping.join()
}

private func stopWhileConnectionsAboveTheLimitWait() throws {
    let front = try TestFront { $0.connectionsMax = 1 }
    let busy = try front.client()
    try busy.get("/later")
    let held = front.script.held.take()!
    try front.block(loop: 0)
    // More than a loop accepts in a turn. The kernel completes these connections, while the loop is blocked.
    let waiting = try (0..<80).map { _ in try front.client() }
    for client in waiting { try client.get("/waiting") }
    let isLimited = leaveDescriptors(1)
    precondition(isLimited)
    front.beginStop(withinMilliseconds: 20_000)
    front.script.unblock()
    for client in waiting {
        let answer = try client.answer()
        precondition(answer.status == 503)
    }
    held.answer()
    let answer = try busy.answer()
    precondition(answer.status == 200)
    front.waitForStop()
}

/// Lowers the soft limit of open files so that `count` more may be opened (setrlimit(2)). The function looks which
/// numbers are in use, because a process inherits descriptors, with gaps between their numbers.
private func leaveDescriptors(_ count: Int) -> Bool {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return false }
    let free = (0..<CInt(clamping: limit.rlim_cur)).lazy.filter { fcntl($0, F_GETFD) == -1 }
    // Descriptors are numbers below the limit, so the limit is the first free number that is to be refused.
    guard let firstRefused = free.dropFirst(count).first else { return false }
    limit.rlim_cur = rlim_t(firstRefused)
    return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
}
