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

    /// Closes the reserve, so that the next calls can open descriptors.
    package mutating func giveUp() {
        for descriptor in descriptors { _ = close(descriptor) }
        descriptors = []
    }

    /// Opens descriptors until the reserve is full or no more are available (open(2)). They refer to the root folder,
    /// which even a chroot without device files has.
    package mutating func takeBack() {
        while descriptors.count < count {
            let descriptor = open("/", Descriptor.pathOnly | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            descriptors.append(descriptor)
        }
    }
}
