import EndToEndSupport
import Foundation
import JSON
import Posix
import TestSupport
import Testing

/// Following events of the real executable, through its accrual system, lost connections and restarts.
@Suite(.serialized)
struct EventTests {
    private static let order = orderNumber(1_234_567_890)

    /// Registers, and has the built-in accrual system owe 700 points for the order.
    private static func customer(of server: Server, _ login: String = "anna") throws -> Client {
        let shop = try server.accrualClient()
        let rule = #"{"match":"Bork","reward":10,"reward_type":"%"}"#
        let receipt = #"{"order":"\#(order)","goods":[{"description":"Kettle Bork","price":7000}]}"#
        #expect(try shop.send("POST", "/api/goods", rule).status == 200)
        #expect(try shop.send("POST", "/api/orders", receipt).status == 202)
        let client = try server.client()
        try client.register(login)
        return client
    }

    private static func follow(
        _ server: Server, _ client: Client, after lastEventID: String? = nil
    ) throws -> EventFollower {
        try EventFollower(server.endpoint(), authorization: client.authorization, lastEventID: lastEventID)
    }

    @Test func anUploadIsFollowedToItsPointsAndAgainAfterALostConnection() throws {
        let server = try Server.serving(
            in: try Folder(),
            environment: ["MARTLET_EVENTS_HEARTBEAT_MS": "500", "MARTLET_DISPATCHER_INTERVAL_MS": "20"])
        let client = try Self.customer(of: server)
        let follower = try Self.follow(server, client)
        let stranger = try server.client()
        try stranger.register("bert")
        let other = try Self.follow(server, stranger)
        #expect(follower.events.isEmpty)

        #expect(try client.send("POST", "/api/user/orders", Self.order).status == 202)
        while follower.events.last?.name != "balance" { try follower.waitForEvents(follower.events.count + 1) }
        let list = try client.send("GET", "/api/user/orders").text
        let balance = try client.send("GET", "/api/user/balance").text
        #expect("[\(follower.events[follower.events.count - 2].data)]" == list)
        #expect(follower.events.last?.data == balance)
        // A batch may take both steps, and then it tells the second.
        if follower.events.count > 2 { #expect(follower.events[0].data.contains(#""status":"PROCESSING""#)) }
        #expect(follower.events.dropLast().allSatisfy { $0.name == "order" })

        let withdrawal = #"{"order":"\#(orderNumber(42))","sum":50.5}"#
        for _ in 0..<2 { #expect(try client.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200) }
        try follower.waitForEvents(follower.events.count + 1)
        #expect(follower.events.last?.data == #"{"current":649.5,"withdrawn":50.5}"#)
        let ids = try follower.events.map { try #require(Int64($0.id)) }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })

        for (index, event) in follower.events.enumerated().dropLast() {
            let again = try Self.follow(server, client, after: event.id)
            let missed = follower.events.dropFirst(index + 1)
            try again.waitForEvents(missed.count)
            #expect(again.events == Array(missed))
        }
        let comments = follower.comments.count
        try follower.waitForComments(comments + 2)
        #expect(other.events.isEmpty)
    }

    @Test func aRestartCausesOneResetAndThenLiveEvents() throws {
        let folder = try Folder()
        let environment = ["MARTLET_EVENTS_HEARTBEAT_MS": "200"]
        var server = try Server.serving(in: folder, environment: environment)
        let client = try Self.customer(of: server)
        #expect(try client.send("POST", "/api/user/orders", Self.order).status == 202)
        let follower = try Self.follow(server, client)
        while follower.events.last?.name != "balance" { try follower.waitForEvents(follower.events.count + 1) }
        let last = try #require(follower.events.last)
        server.killAtOnce()
        server = try Server.serving(in: folder, environment: environment)
        let again = try Self.follow(server, client, after: last.id)
        try again.waitForEvents(1)
        #expect(again.events.map(\.name) == ["reset"] && again.events.map(\.data) == ["{}"])
        let clientAgain = try client.reconnected(to: server)
        let withdrawal = #"{"order":"\#(orderNumber(42))","sum":1}"#
        #expect(try clientAgain.send("POST", "/api/user/balance/withdraw", withdrawal).status == 200)
        try again.waitForEvents(2)
        #expect(again.events.last?.data == #"{"current":699,"withdrawn":1}"#)
        let ids = try ([last] + again.events).map { try #require(Int64($0.id)) }
        #expect(ids[0] < ids[1] && ids[1] < ids[2])
    }

    @Test func aStopEndsEveryStreamAtOnce() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_STOP_TIMEOUT_MS": "60000"])
        let client = try server.client()
        try client.register("anna")
        let followers = try (0..<16).map { _ in try Self.follow(server, client) }
        #expect(throws: TestFailure.self, "one more than a user may have") { try Self.follow(server, client) }
        server.signal(SIGTERM)
        for follower in followers {
            try follower.waitForEnd()
            #expect(follower.hasEnded && follower.events.isEmpty)
        }
        #expect(try server.waitForEnd() == 0)
    }

    /// A user signs in more often than sessions may be open: the oldest session ends, and its stream with it. The
    /// newer sessions go on, and so do those of other users.
    @Test func theStreamOfASurplusSessionEnds() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_SESSIONS_PER_USER_MAX": "3"])
        let first = try Self.customer(of: server)
        let stranger = try server.client()
        try stranger.register("bert")
        let other = try Self.follow(server, stranger)
        let credentials = #"{"login":"anna","password":"secret"}"#
        func signIn() throws -> Client {
            let client = try server.client()
            let answer = try client.send("POST", "/api/user/login", credentials)
            #expect(answer.status == 200)
            client.authorization = answer["Authorization"]
            return client
        }
        var clients = [first]
        var followers = [try Self.follow(server, first)]
        for count in 1...5 {
            clients.append(try signIn())
            followers.append(try Self.follow(server, try #require(clients.last)))
            if count >= 3 {
                try followers[count - 3].waitForEnd()
                #expect(followers[count - 3].hasEnded)
            }
            let statuses = try clients.map { try $0.send("GET", "/api/user/balance").status }
            #expect(statuses == clients.indices.map { $0 <= count - 3 ? 401 : 200 })
        }
        #expect(throws: TestFailure.self) { try Self.follow(server, first) }
        // The streams of the sessions that are left go on.
        #expect(try clients[5].send("POST", "/api/user/orders", Self.order).status == 202)
        for follower in followers.suffix(3) {
            try follower.waitForEvents(1)
            #expect(!follower.hasEnded)
        }
        #expect(!other.hasEnded && other.events.isEmpty)
    }

    /// There are thousands of withdrawals. The server drops a client that reads none of them, and another client sees
    /// all.
    @Test func aClientThatNeverReadsIsDroppedAndMemoryStaysBounded() throws {
        let server = try Server.serving(
            in: try Folder(),
            environment: [
                "MARTLET_EVENTS_HEARTBEAT_MS": "200", "MARTLET_HTTP_WRITE_TIMEOUT_MS": "1000",
                "MARTLET_EVENTS_STREAMS_PER_USER_MAX": "2",
            ])
        let client = try Self.customer(of: server)
        let silent = try NeverReading(server.endpoint(), client)
        // Its event loop may be slower than the one that gets the next stream, which would then have its place.
        try eventually("its stream is open") { try server.metrics().sum("martlet_event_streams") == 1 }
        let follower = try Self.follow(server, client)
        #expect(throws: TestFailure.self) { try Self.follow(server, client) }
        #expect(try client.send("POST", "/api/user/orders", Self.order).status == 202)
        while follower.events.last?.name != "balance" { try follower.waitForEvents(follower.events.count + 1) }
        let known = follower.events.count
        let requests = (1...5000).map { index in
            let body = #"{"order":"\#(orderNumber(1_000_000 + index))","sum":0.01}"#
            return client.request("POST", "/api/user/balance/withdraw", Array(body.utf8), fields: [])
        }
        for batch in stride(from: 0, to: requests.count, by: 50) {
            try client.write(Array(requests[batch..<(batch + 50)].joined()))
            for _ in 0..<50 { #expect(try client.answer().status == 200) }
            try follower.waitForEvents(known + batch + 50)
        }
        #expect(follower.events.last?.data == #"{"current":650,"withdrawn":50}"#)
        try eventually("the one that never reads is gone, and its place is free") {
            (try? Self.follow(server, client)) != nil
        }
        #expect(try server.peakMemoryKiB() < 60 * 1024)
        withExtendedLifetime(silent) {}
    }
}

/// Subscribes to events with the smallest receive window, and reads none of them.
private final class NeverReading {
    private let socket: Socket

    init(_ endpoint: Endpoint, _ client: Client) throws {
        socket = try Socket(connectingTo: endpoint)
        var size: CInt = 1
        let length = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(socket.descriptor.rawValue, SOL_SOCKET, SO_RCVBUF, &size, length)
        let request = client.request("GET", "/api/user/events", nil, fields: [])
        guard try socket.send(request, from: 0) == request.count else { throw TestFailure("not sent") }
    }
}
