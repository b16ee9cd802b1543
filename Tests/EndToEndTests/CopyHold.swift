import EndToEndSupport
import Foundation
import TestSupport

/// Holds the copy of a backup before its first write until the test lets it go on. So the test acts in the middle of a
/// copy, however quick the disk and however busy the machine is.
struct CopyHold {
    /// The variables of the command whose copy is held.
    let environment: [String: String]
    private let folder: Folder
    private let name = UUID().uuidString

    init(in folder: Folder) throws {
        self.folder = folder
        let library = "\(name).so"
        try folder.write(Self.source, to: "\(name).c")
        let options = "-shared -fPIC -o \(library) \(name).c"
        let compiler = try Server(
            in: folder, arguments: ["-c", "cc \(options) || clang \(options)"],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], executable: "/bin/sh")
        guard try compiler.waitForEnd() == 0 else { throw TestFailure("no library: \(compiler.logText)") }
        environment = ["LD_PRELOAD": folder.file(library), "COPY_HOLD": folder.file(name)]
    }

    /// Waits until a copy is held.
    func waitForCopy() throws {
        try eventually("the copy has begun") { FileManager.default.fileExists(atPath: folder.file("\(name).held")) }
    }

    /// Lets the copy go on.
    func release() throws { try folder.write("", to: "\(name).free") }

    /// SQLite calls pwrite or pwrite64, and no other function writes to a backup's file while it has this name.
    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        static int is_over;
        static void hold(int fd) {
            char link[64], path[4096], mark[4200];
            const char *end = ".partial", *prefix = getenv("COPY_HOLD");
            if (is_over || !prefix) return;
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length < (ssize_t)strlen(end)) return;
            path[length] = 0;
            if (strcmp(path + length - strlen(end), end)) return;
            is_over = 1;
            snprintf(mark, sizeof mark, "%s.held", prefix);
            close(open(mark, O_CREAT | O_WRONLY, 0600));
            snprintf(mark, sizeof mark, "%s.free", prefix);
            while (access(mark, F_OK)) usleep(1000);
        }
        ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
            hold(fd);
            return syscall(SYS_pwrite64, fd, data, length, offset);
        }
        ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
            return pwrite64(fd, data, length, offset);
        }
        """
}
