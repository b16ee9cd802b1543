import Posix
import Synchronization

/// Counts the connections of each loop, and gives a new connection to the loop that has the fewest.
///
/// The kernel wakes one loop for a new connection, and that loop accepts all that have arrived by the time it runs. If
/// many arrive together, it would keep nearly all of them, while the other loops rest.
final class LoopBalance: Sendable {
    private struct Member {
        let inbox: LoopInbox
        var connectionCount = 0
        var takesConnections = true
    }

    /// A loop gives a new connection away only if it has at least this many more connections than another loop.
    private static let differenceMin = 2

    private let members = Mutex<[Member]>([])

    /// Adds a loop, and returns its number.
    func join(_ inbox: LoopInbox) -> Int {
        members.withLock { members in
            members.append(Member(inbox: inbox))
            return members.count - 1
        }
    }

    /// Counts a connection that a loop has accepted for the loop that is to have it, until ``release(by:)``. Returns
    /// the inbox of that loop, or `nil` if the connection stays.
    func place(acceptedBy loop: Int) -> LoopInbox? {
        members.withLock { members in
            var chosen = loop
            for index in members.indices
            where members[index].takesConnections && members[index].connectionCount < members[chosen].connectionCount {
                chosen = index
            }
            let difference = members[loop].connectionCount - members[chosen].connectionCount
            if difference < Self.differenceMin { chosen = loop }
            members[chosen].connectionCount += 1
            return chosen == loop ? nil : members[chosen].inbox
        }
    }

    /// Gives the loop no more connections. It may still have some to take from its inbox.
    func leave(_ loop: Int) {
        members.withLock { $0[loop].takesConnections = false }
    }

    /// The number of a loop's connections, with those that wait in its inbox.
    func connectionCount(of loop: Int) -> Int {
        members.withLock { $0[loop].connectionCount }
    }

    /// A connection of the loop has ended.
    func release(by loop: Int) {
        members.withLock { $0[loop].connectionCount -= 1 }
    }
}

/// A connection that one loop has accepted for another.
final class Arrival: Sendable {
    let peer: Endpoint
    private let socket: Mutex<Socket?>

    init(_ socket: consuming Socket, from peer: Endpoint) {
        self.peer = peer
        self.socket = Mutex(socket)
    }

    /// Returns the socket, once. If no loop takes it, it is closed with the arrival.
    func take() -> Socket? { socket.withLock { $0.take() } }
}
