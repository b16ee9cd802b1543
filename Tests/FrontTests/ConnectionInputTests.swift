import Testing

@testable import Front

@Suite("The receiving side of a connection") struct ConnectionInputTests {
    typealias Input = ConnectionInput

    private static let all: [Input] = [
        .open(mayHaveMore: false), .open(mayHaveMore: true), .halfClosed, .ended, .failed,
    ]

    @Test("The kernel's reports change an open input only") func reports() {
        for input in Self.all {
            for isEnd in [false, true] {
                var changed = input
                changed.wasReported(isEnd: isEnd)
                let expected: Input =
                    if case .open = input { isEnd ? .halfClosed : .open(mayHaveMore: true) } else { input }
                #expect(changed == expected, "\(input), end: \(isEnd)")
            }
        }
    }

    @Test(
        "A reception changes the input",
        arguments: [
            (Input.open(mayHaveMore: true), Input.Received.bytes(fillBuffer: true), Input.open(mayHaveMore: true)),
            (.open(mayHaveMore: true), .bytes(fillBuffer: false), .open(mayHaveMore: false)),
            (.open(mayHaveMore: true), .wouldBlock, .open(mayHaveMore: false)),
            (.open(mayHaveMore: true), .end, .ended),
            (.open(mayHaveMore: true), .failure, .failed),
            // The end was reported, and may come after any number of bytes.
            (.halfClosed, .bytes(fillBuffer: true), .halfClosed),
            (.halfClosed, .bytes(fillBuffer: false), .halfClosed),
            (.halfClosed, .wouldBlock, .ended),
            (.halfClosed, .end, .ended),
            (.halfClosed, .failure, .failed),
        ])
    func receptions(input: Input, received: Input.Received, expected: Input) {
        var changed = input
        changed.changed(by: received)
        #expect(changed == expected)
    }

    @Test("There may be more to receive until the end was received") func mayReceive() {
        #expect(Self.all.map(\.mayReceive) == [false, true, true, false, false])
        #expect(Self.all.map(\.clientHasFinished) == [false, false, true, true, true])
    }
}

@Suite("A connection's turn to make a part") struct PartTurnTests {
    @Test("A turn that was waited for and granted can be taken once") func turns() {
        var turn = PartTurn.none
        turn.grant()
        #expect(turn == .none, "no turn is granted to a connection that does not wait")
        var hasTaken = turn.take()
        #expect(!hasTaken && turn == .waitsForTurn)
        hasTaken = turn.take()
        #expect(!hasTaken && turn == .waitsForTurn)
        turn.grant()
        #expect(turn == .hasTurn)
        turn.grant()
        hasTaken = turn.take()
        #expect(hasTaken && turn == .none)
        turn.wait()
        #expect(turn == .waitsForTurn)
    }
}
