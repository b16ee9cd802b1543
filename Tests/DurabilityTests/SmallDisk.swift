import EndToEndSupport
import Foundation
import TestSupport

/// A small file system in memory, unmounted at the end of its owner's life.
final class SmallDisk {
    private let folder: Folder

    /// True if this process may mount a file system (mount(2)).
    static let isPossible = (try? SmallDisk(megabytes: 1)) != nil

    init(megabytes: Int) throws {
        let folder = try Folder(under: Scratch.path)
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            throw TestFailure("a disk can't be mounted: errno \(errno)")
        }
        self.folder = folder
    }

    deinit {
        // A process that still uses the file system keeps it until it ends.
        umount2(folder.path, Int32(MNT_DETACH))
    }

    func file(_ name: String) -> String { folder.file(name) }

    /// Takes all the room there is.
    func fill() throws {
        try take(bytes: .max)
    }

    /// Takes so much room, or all there is.
    func take(bytes: Int) throws {
        let filler = open(file("filler"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard filler >= 0 else { throw TestFailure("no filler: errno \(errno)") }
        defer { close(filler) }
        let chunk = [UInt8](repeating: 0xFF, count: 1 << 20)
        var rest = bytes
        while rest > 0 {
            let written = write(filler, chunk, min(rest, chunk.count))
            guard written > 0 else {
                if errno == ENOSPC { return }
                throw TestFailure("the disk does not fill: errno \(errno)")
            }
            rest -= written
        }
    }

    /// Gives back what was taken.
    func empty() throws {
        try FileManager.default.removeItem(atPath: file("filler"))
    }
}
