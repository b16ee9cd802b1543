import CLinux
import Glibc

/// Tells which files were opened or written since the last question, by this process or by another one (inotify(7)).
///
/// A file's times can't tell that: one tick of the kernel's clock has room for several writes, and touch(1) changes
/// them without a write. Watching opens no descriptor of the file, whose closing would drop SQLite's locks.
package struct FileWatch: ~Copyable {
    /// Events of a file.
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Its mode, owner, names or both of its times changed. To change only the time of its content counts as
        /// ``written``.
        package static let attributesChanged = Events(rawValue: UInt32(IN_ATTRIB))
        package static let opened = Events(rawValue: UInt32(IN_OPEN))
        /// Bytes were written, or the file was cut or prolonged. Writes through a mapping don't count.
        package static let written = Events(rawValue: UInt32(IN_MODIFY))
        /// A descriptor that could write was closed.
        package static let closedAfterWriting = Events(rawValue: UInt32(IN_CLOSE_WRITE))
    }

    /// A watched file.
    package struct Target: Hashable, Sendable {
        fileprivate let number: CInt
    }

    private let descriptor: Descriptor
    private var buffer = [UInt8](repeating: 0, count: bufferBytes)

    /// Room for 256 events, each of which has 16 bytes and no name.
    private static let bufferBytes = 4096

    package init() throws(SystemError) {
        descriptor = Descriptor(
            owning: try systemCall("inotify_init1") { inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC)) })
    }

    /// Watches the file that has a path now, whatever becomes of the path.
    package func add(path: String, _ events: Events) throws(SystemError) -> Target {
        let raw = descriptor.rawValue
        return Target(number: try systemCall("inotify_add_watch") { inotify_add_watch(raw, path, events.rawValue) })
    }

    /// Hands over all events since the last call, in the order in which they happened; the kernel merges repeated ones.
    ///
    /// - Returns: false if events were lost, because more happened than the kernel keeps.
    package mutating func take(_ note: (Target, Events) -> Void) -> Bool {
        var isComplete = true
        while true {
            let count = read(descriptor.rawValue, &buffer, buffer.count)
            guard count > 0 else { return isComplete }
            buffer.withUnsafeBytes { bytes in
                var position = 0
                while position + MemoryLayout<inotify_event>.size <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
                    position += MemoryLayout<inotify_event>.size + Int(event.len)
                    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isComplete = false }
                    note(Target(number: event.wd), Events(rawValue: event.mask))
                }
            }
            // A read hands over all that fits: there is no more if there was room for one more.
            if count + MemoryLayout<inotify_event>.size <= buffer.count { return isComplete }
        }
    }
}
