import Changes
import Loyalty
import TestSupport
import Testing

/// Random users, changes, and clients that connect, read, stop reading, disconnect and reconnect. Each client has seen
/// its user's changes as the model has them, without a gap unless there was a reset.
@Suite struct EventModelTests {
    private final class Client {
        let user: String
        var listener: Listener
        /// The position at which the client began. Every later change is expected.
        var position: Int64
        /// The events of earlier connections.
        var seen: [Listener.Event] = []

        init(user: String, _ listener: Listener, position: Int64) {
            (self.user, self.listener, self.position) = (user, listener, position)
        }
    }

    @Test(arguments: 0..<300)
    func eachClientSeesTheChangesOfItsUser(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let names = ["ann", "bob", "carl"]
        let kept = [5, 40, 100_000][Int(seed % 3)]
        let api = TestAPI(keptChangesMax: kept, feedIsLate: seed % 2 == 1)
        var published: [(id: Int64, user: String, amount: Int64)] = []
        var clients: [Client] = []
        for step in 0..<250 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0 where clients.count < 8:
                let user = names.randomElement(using: &random)!
                let listener = try #require(api.listen(as: user))
                clients.append(Client(user: user, listener, position: api.changeLog.latest.rawValue))
            case 1:
                guard let client = clients.randomElement(using: &random) else { continue }
                try comeBack(client, to: api)
            case 2...4: await clients.randomElement(using: &random)?.listener.take()
            case 5: await clients.randomElement(using: &random)?.listener.takeOnce()
            case 6: api.api.wakeUp()
            default:
                let user = names.randomElement(using: &random)!
                let amounts = (0..<Int.random(in: 1...6, using: &random)).map { Int64(step * 10 + $0) }
                api.changeLog.publish(amounts.map { Change(.balance($0 * 100), of: api.users[user]!) })
                let first = api.changeLog.latest.rawValue - Int64(amounts.count) + 1
                for (index, amount) in amounts.enumerated() { published.append((first + Int64(index), user, amount)) }
                if Bool.random(using: &random) { api.api.wakeUp() }
            }
        }
        api.api.wakeUp()
        for client in clients {
            await client.listener.take()
            client.seen += client.listener.events
            check(client, published, mayReset: kept < published.count)
            client.listener.leave()
        }
    }

    private func comeBack(_ client: Client, to api: TestAPI) throws {
        client.seen += client.listener.events
        client.listener.leave()
        if let last = client.seen.last {
            client.listener = try #require(api.listen(as: client.user, after: last.id))
        } else {
            client.listener = try #require(api.listen(as: client.user))
            client.position = api.changeLog.latest.rawValue
        }
    }

    private func check(
        _ client: Client, _ published: [(id: Int64, user: String, amount: Int64)], mayReset: Bool
    ) {
        var position = client.position
        for event in client.seen {
            if event.name == "reset" {
                #expect(mayReset && event.id >= position, "a reset of what is kept")
                position = event.id
                continue
            }
            let expected = published.first { $0.id > position && $0.user == client.user }
            #expect(event.id == expected?.id, "a gap, or an event twice")
            #expect(event.data == #"{"current":\#(expected?.amount ?? -1),"withdrawn":0}"#)
            position = event.id
        }
        let missing = published.filter { $0.id > position && $0.user == client.user }
        #expect(missing.isEmpty, "\(missing.count) at the end")
    }
}
