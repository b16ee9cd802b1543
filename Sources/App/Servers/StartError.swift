import CommandLine
import Systemd

/// The reason why a server cannot start, as a sentence for the owner.
struct StartError: Error, CustomStringConvertible {
    let description: String
    /// The process's exit status.
    let status: Int32

    init(description: String, status: Int32) {
        self.description = description
        self.status = status
    }

    /// The service manager passed a socket that cannot be used.
    init(_ failure: ServiceManager.Failure) {
        self.init(description: failure.description, status: ExitStatus.unavailable)
    }
}
