import API
import Changes
import Loyalty
import TestSupport
import Testing

/// `GET /api/user/events`
@Suite struct EventTests {
    private static let fields = [
        "Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no",
        "Transfer-Encoding: chunked",
    ]

    @Test(arguments: [
        Scenario(
            "GET /api/user/events", as: "ann", ["Accept-Encoding: gzip"], gives: 200, has: fields,
            lacks: ["Content-Encoding", "Vary"]),
        Scenario("GET /api/user/events?x=1", as: "carl", ["Accept: text/csv"], gives: 200, has: fields),
        Scenario("HEAD /api/user/events", as: "ann", gives: 200, has: fields, text: ""),
        Scenario("GET /api/user/events", gives: 401),
        Scenario("HEAD /api/user/events", as: "nobody", gives: 401),
        Scenario("POST /api/user/events", as: "ann", gives: 405, has: ["Allow: GET, HEAD, OPTIONS"]),
        Scenario("OPTIONS /api/user/events", gives: 204, has: ["Allow: GET, HEAD, OPTIONS"]),
    ])
    func responses(_ scenario: Scenario) async { await scenario.run() }

    /// The objects are those of the list and of the balance, byte for byte.
    @Test(arguments: [false, true])
    func changesAreToldAsListAndBalanceSayThem(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        let listener = try #require(api.listen(as: "ann"))
        await listener.take()
        #expect(listener.text.hasPrefix(":") && listener.events.isEmpty)
        let statuses: [(Order.Status, Int64)] = [
            (.new, 0), (.processing, 0), (.invalid, 0), (.processed, 0), (.processed, 72_998),
        ]
        for (index, (status, accrual)) in statuses.enumerated() {
            let order = Order(
                number: OrderNumber(stored: "9\(index)"), status: status, accrual: Points(hundredths: accrual),
                uploadedAt: api.clock.now)
            api.repository.put(order, of: api.users["carl"]!)
            api.publish(.order(order), of: "ann")
        }
        api.publish(
            .balance(Balance(current: Points(hundredths: 50_050), withdrawn: Points(hundredths: 4200))), of: "ann")
        await listener.take()
        let events = listener.events
        let list = await Scenario("GET /api/user/orders", as: "carl", gives: 200).run(on: api).text
        let balance = await Scenario("GET /api/user/balance", as: "ann", gives: 200).run(on: api).text
        #expect("[" + events.dropLast().reversed().map(\.data).joined(separator: ",") + "]" == list)
        #expect(events.last?.data == balance)
        #expect(events.map(\.name) == statuses.map { _ in "order" } + ["balance"])
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.id < $1.id })
    }

    /// A browser keeps the id of a block without data as its last event id, and sends it when it reconnects.
    @Test(arguments: [false, true])
    func theOpeningCommentHasAnIDToComeBackWith(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        api.publish(.balance(1), of: "ann")
        let id = api.changeLog.latest.rawValue
        let listener = try #require(api.listen(as: "ann"))
        await listener.take()
        #expect(listener.text == ": events from now on\nid: \(id)\n\n" && listener.events.isEmpty)
        listener.leave()
        api.publish(.balance(2), of: "ann")
        let again = try #require(api.listen(as: "ann", after: id))
        await again.take()
        #expect(again.events.map(\.data) == [#"{"current":0.02,"withdrawn":0}"#])
        // The events that a client has missed have their own ids. A new id before them would skip them.
        #expect(again.text.hasPrefix(": events from now on\n\nid: "))
        // After a restart, ids begin after all ids of the last process.
        let restarted = TestAPI(startedMilliseconds: 1000, feedIsLate: isLate)
        let late = try #require(restarted.listen(as: "ann", after: id))
        await late.take()
        #expect(late.events.map(\.name) == ["reset"])
    }

    @Test(arguments: [false, true])
    func eachHearsOfTheirUserAlone(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        let listeners = try ["ann", "ann", "bob"].map { try #require(api.listen(as: $0)) }
        for listener in listeners { await listener.take() }
        api.publish(.balance(100), .balance(200), of: "ann")
        api.publish(.balance(300), of: "carl")
        #expect(listeners.map(\.wasTold) == [true, true, false])
        for listener in listeners { await listener.take() }
        #expect(listeners.map(\.events.count) == [2, 2, 0])
        #expect(listeners[0].events == listeners[1].events)
        listeners[0].leave()
        api.publish(.balance(400), of: "ann")
        for listener in listeners.dropFirst() { await listener.take() }
        #expect(listeners.map(\.events.count) == [2, 3, 0])
    }

    /// A client that reconnects with any of the ids gets the later events, and all that follow, with the same ids.
    @Test(arguments: [false, true])
    func aClientThatReconnectsMissesNothing(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        let first = try #require(api.listen(as: "ann"))
        await first.take()
        for amount in 1...5 {
            api.publish(.balance(Int64(amount)), of: "ann")
            api.publish(.balance(-1), of: "bob")
        }
        await first.take()
        let before = first.events
        let again = try before.map { try #require(api.listen(as: "ann", after: $0.id)) }
        api.publish(.balance(6), of: "ann")
        await first.take()
        for (index, listener) in again.enumerated() {
            await listener.take()
            #expect(listener.events == Array(first.events[(index + 1)...]))
        }
        #expect(first.events.count == 6)
    }

    @Test(
        arguments: ["", "x", "-1", "+1", "1.0", "0", "1", "99999999999999999999", "9223372036854775807", "1, 2"],
        [false, true])
    func aForeignIDGetsOneReset(id: String, isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        api.publish(.balance(1), of: "ann")
        let listener = try #require(api.listen(as: "ann", after: id))
        await listener.take()
        let reset = Listener.Event(id: api.changeLog.latest.rawValue, name: "reset", data: "{}")
        #expect(listener.events == [reset])
        api.publish(.balance(2), of: "ann")
        await listener.take()
        #expect(listener.events.map(\.name) == ["reset", "balance"])
        // A client can resume after the id of the reset.
        let next = try #require(api.listen(as: "ann", after: reset.id))
        await next.take()
        #expect(next.events == Array(listener.events.dropFirst()))
    }

    @Test(arguments: [false, true])
    func aFieldThatStandsTwiceNamesNothing(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        let id = api.changeLog.latest.rawValue
        let listener = try #require(api.listen(as: "ann", ["Last-Event-ID: \(id)", "Last-Event-ID: \(id)"]))
        await listener.take()
        #expect(listener.events.map(\.name) == ["reset"])
    }

    @Test(arguments: [false, true])
    func eventsThatTheLogHasDroppedAreAReset(isLate: Bool) async throws {
        let api = TestAPI(keptChangesMax: 3, feedIsLate: isLate)
        let start = api.changeLog.latest.rawValue
        for amount in 1...5 { api.publish(.balance(Int64(amount)), of: "ann") }
        for (offset, names) in [
            (1, ["reset"]), (2, ["balance", "balance", "balance"]), (4, ["balance"]), (5, []), (6, ["reset"]),
        ] {
            let listener = try #require(api.listen(as: "ann", after: start + Int64(offset)))
            await listener.take()
            #expect(listener.events.map(\.name) == names, "\(offset)")
        }
    }
}

/// The number of open streams, and their end.
@Suite struct EventLimitTests {
    private static func limits(_ configure: (inout EventHub.Limits) -> Void) -> EventHub.Limits {
        var limits = EventHub.Limits()
        configure(&limits)
        return limits
    }

    @Test(arguments: [false, true])
    func aUserHasSoManyStreamsAndNoMore(isLate: Bool) async throws {
        let api = TestAPI(eventLimits: Self.limits { $0.streamsPerUserMax = 2 }, feedIsLate: isLate)
        let listeners = [api.listen(as: "ann"), api.listen(as: "ann")]
        #expect(listeners.allSatisfy { $0 != nil })
        await Scenario("GET /api/user/events", as: "ann", gives: 429, has: ["Retry-After: 15"]).run(on: api)
        await Scenario("GET /api/user/events", as: "bob", gives: 200).run(on: api)
        listeners[0]?.leave()
    }

    @Test(arguments: [false, true])
    func aStreamThatEndedLeavesItsPlace(isLate: Bool) async throws {
        let api = TestAPI(eventLimits: Self.limits { $0.streamsMax = 1 }, feedIsLate: isLate)
        do {
            let listener = try #require(api.listen(as: "ann"))
            await Scenario("GET /api/user/events", as: "bob", gives: 503, has: ["Retry-After: 15"]).run(on: api)
            listener.leave()
        }
        // HEAD, and a response that is never sent, do not count.
        for line in ["HEAD /api/user/events", "GET /api/user/events"] {
            await Scenario(line, as: "bob", gives: 200).run(on: api)
        }
        #expect(api.listen(as: "carl") != nil)
    }

    @Test(arguments: [false, true])
    func aStreamEndsWithItsSessionAndNoOther(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        api.addSession("other", of: "ann")
        let listeners = try ["ann", "other"].map { try #require(api.listen(as: $0)) }
        for listener in listeners { await listener.take() }
        api.removeSession("ann", of: "ann")
        api.publish(.balance(1), of: "ann", sessionEnds: ["ann"])
        for listener in listeners { await listener.take() }
        #expect(listeners.map(\.hasEnded) == [true, false])
        #expect(listeners.map(\.events.count) == [0, 1])
    }

    /// This happens in an outage of the event loop, or if thousands of sessions end at once.
    @Test(arguments: [false, true])
    func aStreamEndsWithItsSessionHoweverManyEnd(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        api.addSession("other", of: "ann")
        let listeners = try ["ann", "other", "bob"].map { try #require(api.listen(as: $0)) }
        for listener in listeners { await listener.take() }
        api.removeSession("ann", of: "ann")
        let others = [String](repeating: "carl", count: ChangeLog.sessionEndsKeptMax)
        api.publish(.balance(1), of: "bob", sessionEnds: ["ann"] + others)
        for listener in listeners { await listener.take() }
        #expect(listeners.map(\.hasEnded) == [true, false, false])
        #expect(listeners.map { $0.events.map(\.name) } == [[], [], ["balance"]])
    }

    /// New events are handed out at once. Reading from the log waits for a turn.
    @Test(arguments: [false, true])
    func aStreamThatReadsTheLogWaitsForItsTurn(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        let start = api.changeLog.latest.rawValue
        for amount in 1...300 { api.publish(.balance(Int64(amount)), of: "ann") }
        let listeners = [try #require(api.listen(as: "ann", after: start)), try #require(api.listen(as: "ann"))]
        // The welcome, three pages, and the end.
        var turns: [[(Bool, Bool)]] = [[], []]
        for (index, listener) in listeners.enumerated() {
            for _ in 0..<5 { turns[index].append((listener.nextTakesTurn, await listener.takeOnce() > 0)) }
        }
        #expect(turns[0].map(\.0) == [false, true, true, true, false])
        #expect(turns[0].map(\.1) == [true, true, true, true, false])
        #expect(turns[1].map(\.0) == [Bool](repeating: false, count: 5))
        api.publish(.balance(1), of: "ann")
        #expect(listeners.map(\.nextTakesTurn) == [false, false])
        for listener in listeners { await listener.take() }
        #expect(listeners.map(\.events.count) == [301, 1])
    }

    @Test(arguments: [false, true])
    func aBeatIsACommentUntilTheSessionIsOver(isLate: Bool) async throws {
        let api = TestAPI(feedIsLate: isLate)
        let listener = try #require(api.listen(as: "ann"))
        await listener.take()
        let welcome = listener.text
        await listener.beat()
        #expect(listener.text.dropFirst(welcome.count) == ": heartbeat\n\n" && listener.events.isEmpty)
        api.clock.advance(bySeconds: TestAPI.sessionSeconds)
        await listener.beat()
        #expect(listener.hasEnded)
    }

    /// For a client that takes none of thousands of events, little waits, and nothing is lost.
    @Test(arguments: [false, true])
    func aSlowClientHasLittleWaitingAndMissesNothing(isLate: Bool) async throws {
        let api = TestAPI(keptChangesMax: 20_000, feedIsLate: isLate)
        let listener = try #require(api.listen(as: "ann"))
        await listener.take()
        let start = api.changeLog.latest.rawValue
        for amount in 1...2000 { api.publish(.balance(Int64(amount)), .balance(0), of: "ann") }
        var sizes: [Int] = []
        repeat { sizes.append(await listener.takeOnce()) } while sizes.last! > 0
        #expect(sizes.allSatisfy { $0 < 70 * 1024 } && sizes.count > 3, "\(sizes)")
        #expect(listener.events.map(\.id) == (1...4000).map { start + $0 })
    }

    @Test(arguments: [false, true])
    func aClientThatIsTooSlowGetsAReset(isLate: Bool) async throws {
        let api = TestAPI(keptChangesMax: 100, feedIsLate: isLate)
        let listener = try #require(api.listen(as: "ann"))
        for amount in 1...2000 { api.publish(.balance(Int64(amount)), of: "ann") }
        await listener.take()
        #expect(listener.events.map(\.name) == ["reset"])
        api.publish(.balance(1), of: "ann")
        await listener.take()
        #expect(listener.events.map(\.name) == ["reset", "balance"])
    }

    /// One commit has more changes than the log keeps, so that the event loop itself misses some.
    @Test(arguments: [false, true])
    func aLoopThatMissedSomethingSaysSo(isLate: Bool) async throws {
        let api = TestAPI(keptChangesMax: 3, feedIsLate: isLate)
        let listeners = try ["ann", "bob"].map { try #require(api.listen(as: $0)) }
        for listener in listeners { await listener.take() }
        api.publish(.balance(1), .balance(2), .balance(3), .balance(4), of: "ann")
        for listener in listeners { await listener.take() }
        #expect(listeners.map { $0.events.map(\.name) } == [["reset"], ["reset"]])
        api.publish(.balance(5), of: "bob")
        for listener in listeners { await listener.take() }
        #expect(listeners.map { $0.events.map(\.name) } == [["reset"], ["reset", "balance"]])
    }
}
