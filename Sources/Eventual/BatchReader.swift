/// A reader of a store whose reads share something during one turn of an event loop, such as a read transaction.
///
/// It belongs to one event loop, and is used on its thread alone.
package protocol BatchReader: AnyObject {
    /// Ends what the reads since the last call have shared: the next read sees every write that is committed by then.
    /// Called at the end of each turn, before the loop waits.
    func endBatch()

    /// Closes the connection through which it reads. Called once, after the loop has ended and before the store stops.
    func close()
}
