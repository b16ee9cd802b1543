import CLinux
import Glibc

/// Descriptors that are kept open for work that must go on when the process has no others left.
package struct DescriptorReserve: ~Copyable, Sendable {
    private let count: Int
    private var descriptors: [CInt] = []

    package init(count: Int) {
        self.count = count
        takeBack()
    }

    deinit {
        for descriptor in descriptors { _ = close(descriptor) }
    }

    /// Closes them, so that the next calls find room.
    package mutating func giveUp() {
        for descriptor in descriptors { _ = close(descriptor) }
        descriptors = []
    }

    /// Opens as many as are missing and can be had (open(2)). They refer to the root folder, which a process without any device files
    /// has too.
    package mutating func takeBack() {
        while descriptors.count < count {
            let pathOnly: CInt = 0o10000000
            let descriptor = open("/", pathOnly | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            descriptors.append(descriptor)
        }
    }
}
