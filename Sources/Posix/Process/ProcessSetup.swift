import CLinux
import Glibc

/// Properties of the whole process, which it asks for or sets at its start.
package enum ProcessSetup {
    /// Raises the soft limit on open files to at least `count` if the hard limit allows it (setrlimit(2)). Returns the
    /// limit in force.
    package static func raiseOpenFilesLimit(to count: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let wanted = min(rlim_t(count), limit.rlim_max)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { return Int(wanted) }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Ends the process at once and writes nothing more (_exit(2)).
    package static func exitAtOnce(status: Int32) -> Never {
        _exit(status)
    }

    package static var processID: Int32 { getpid() }

    /// The name of the machine (uname(2)).
    package static var hostName: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The path of the executable, with symbolic links followed (proc(5), /proc/self/exe).
    package static var executablePath: String? {
        try? PrivateFile.canonicalPath(of: "/proc/self/exe")
    }

    package static var coreCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Returns the absolute path, which stays valid if the working directory changes (getcwd(3)).
    package static func absolutePath(of path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }

    /// The environment as it was when the process began (environ(7)).
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
