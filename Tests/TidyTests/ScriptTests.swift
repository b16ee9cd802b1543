import Foundation
import TestSupport
import Testing

/// The scripts that run the tests.
@Suite struct ScriptTests {
    /// A job that is not ended keeps the output open, and says at last that it went on.
    private static let jobs = """
        set -euo pipefail
        . Tests/jobs
        trap end_jobs EXIT
        trap 'exit 130' INT
        go_on() { sh -c 'sleep 30; echo it went on'; }
        in_background go_on
        echo ready
        within 60 sh -c 'sleep 30; echo it went on'
        """

    @Test func aSignalEndsTheJobsOfAScript() throws {
        let pipe = Pipe()
        let bash = try ChildProcess(
            "/usr/bin/env", ["bash", "-c", Self.jobs], in: RepositoryRoot.path,
            output: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        let output = pipe.fileHandleForReading
        var text = ""
        while !text.contains("\n") {
            let data = output.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        bash.signal(SIGINT)
        text += String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == "ready\n")
        #expect(bash.waitForEnd() == 130)
    }
}
