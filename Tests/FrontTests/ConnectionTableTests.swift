import TestSupport
import Testing

@testable import Front

@Suite struct ConnectionTableTests {
    final class Item {
        let token: UInt64

        init(token: UInt64) {
            self.token = token
        }
    }

    @Test func aTokenOfARemovedItemFindsNothing() {
        var table = ConnectionTable<Item>()
        let first = table.insert(Item.init)
        #expect(table[first.token] === first)
        table.remove(first.token)
        #expect(table[first.token] == nil)
        let second = table.insert(Item.init)
        #expect(UInt32(truncatingIfNeeded: second.token) == UInt32(truncatingIfNeeded: first.token))
        #expect(table[first.token] == nil)
        #expect(table[second.token] === second)
        #expect(table.count == 1)
    }

    @Test(arguments: [UInt64.max, UInt64(UInt32.max) << 32, 1, 1 << 32, UInt64(UInt32.max)])
    func otherTokensFindNothing(token: UInt64) {
        var table = ConnectionTable<Item>()
        #expect(table[token] == nil)
        let item = table.insert(Item.init)
        #expect(table[item.token] === item)
        #expect(table[token] == nil)
    }

    @Test(arguments: [1, 2, 3])
    func agreesWithADictionary(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var table = ConnectionTable<Item>()
        var model: [UInt64: Item] = [:]
        var tokens: [UInt64] = []
        var gone: [UInt64] = []
        for step in 0..<5_000 {
            // The table grows and shrinks by turns.
            if tokens.isEmpty || Int.random(in: 0..<100, using: &generator) < (step / 500 % 2 == 0 ? 60 : 40) {
                let item = table.insert(Item.init)
                #expect(model[item.token] == nil, "seed \(seed), step \(step)")
                model[item.token] = item
                tokens.append(item.token)
            } else {
                tokens.swapAt(Int.random(in: 0..<tokens.count, using: &generator), tokens.count - 1)
                let token = tokens.removeLast()
                table.remove(token)
                model[token] = nil
                gone.append(token)
            }
            guard table.count == model.count, gone.suffix(10).allSatisfy({ table[$0] == nil }) else {
                Issue.record("seed \(seed), step \(step)")
                return
            }
        }
        #expect(Set(gone).union(tokens).count == gone.count + tokens.count, "a token is never reused")
        #expect(model.allSatisfy { table[$0.key] === $0.value })
        #expect(gone.allSatisfy { table[$0] == nil })
        #expect(Set(table.all.map(\.token)) == Set(model.keys))
    }
}
