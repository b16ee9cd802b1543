/// Work that a handler does on its event loop besides answering requests, such as sending events.
///
/// All functions are called on the loop's thread.
package protocol LoopWork: AnyObject {
    /// Called once, when the loop begins to serve.
    ///
    /// - Parameter wake: has ``wakeUp()`` called in the loop's next turn; any thread may call it.
    func begin(wake: @escaping @Sendable () -> Void)

    /// Called in the turn after `wake` was called.
    func wakeUp()

    /// Called once, after the loop has ended.
    func close()
}
