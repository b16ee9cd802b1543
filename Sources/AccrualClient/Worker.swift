import Posix

/// A thread that runs a function with one job after the other.
final class Worker: Sendable {
    private let thread: Thread

    /// - Parameter makeFunction: Called on the worker's own thread, so that everything that the function holds stays on
    ///   that thread.
    init(number: Int, inbox: BlockingQueue<Job>, makeFunction: @escaping @Sendable () -> (Job) -> Void) {
        thread = Thread(name: "worker-\(number)") {
            let function = makeFunction()
            while let job = inbox.take() { function(job) }
        }
    }

    func join() {
        thread.join()
    }
}
