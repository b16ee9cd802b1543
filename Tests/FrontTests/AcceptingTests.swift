import Glibc
import Posix
import Testing

@testable import Front

@Suite struct AcceptingTests {
    /// accept4(2) reports that a connection has ended while it waited, and that descriptors or memory are used up.
    @Test(
        arguments: [
            (ECONNABORTED, false), (EPROTO, false), (ENETDOWN, false), (EHOSTUNREACH, false), (ENETUNREACH, false),
            (EINTR, false), (EMFILE, true), (ENFILE, true), (ENOBUFS, true), (ENOMEM, true), (EINVAL, true),
        ] as [(CInt, Bool)])
    func anErrorOfOneConnectionDoesNotKeepTheNextOneWaiting(code: CInt, isOfListener: Bool) throws {
        let test = try TestLoop()
        let client = try TestClient(test.listener.endpoint)
        let isWaiting = try test.listener.socket.waitUntilReadable(milliseconds: 20_000)
        try #require(isWaiting)
        var callCount = 0
        var thrown: SystemError?
        do throws(SystemError) {
            try test.loop.accept(atMost: 3) { () throws(SystemError) -> ListeningSocket.Accepted? in
                callCount += 1
                guard callCount > 1 else { throw SystemError(code: code, call: "accept4") }
                return try test.listener.socket.accept()
            }
        } catch {
            thrown = error
        }
        #expect(thrown?.code == (isOfListener ? code : nil))
        #expect(callCount == (isOfListener ? 1 : 3), "the last call finds none")
        #expect(test.loop.connections.count == (isOfListener ? 0 : 1))
        withExtendedLifetime(client) {}
    }

    @Test func connectionsThatHaveEndedAreNotAcceptedWithoutEnd() throws {
        let test = try TestLoop()
        var callCount = 0
        try test.loop.accept(atMost: 5) { () throws(SystemError) -> ListeningSocket.Accepted? in
            callCount += 1
            throw SystemError(code: ECONNABORTED, call: "accept4")
        }
        #expect(callCount == 5)
    }
}
