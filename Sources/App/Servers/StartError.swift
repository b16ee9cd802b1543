import CommandLine
import Systemd

/// Why a server can't start, in a sentence for the owner.
struct StartError: Error, CustomStringConvertible {
    let description: String
    /// The process's exit status.
    let status: Int32

    init(description: String, status: Int32) {
        self.description = description
        self.status = status
    }

    /// The service manager passed something that can't be used.
    init(_ failure: ServiceManager.Failure) {
        self.init(description: failure.description, status: ExitStatus.unavailable)
    }
}
