import AccrualClient
import Loyalty
import Rewards
import Testing

@Suite struct InventedAccrualsTests {
    @Test func theSameNumberHasTheSameStepsAndVerdict() {
        var invalid = 0
        for id in 0..<2000 as Range<Int64> {
            let number = order(id).number
            let accruals = InventedAccruals()
            let steps = (1...4).compactMap { _ -> AccrualAnswer? in
                guard case .response(let response) = accruals.ask(about: number) else { return nil }
                return AccrualAnswer(TransportResponse(status: response.status, body: response.body), to: number)
            }
            guard steps.count == 4 else {
                Issue.record("\(number) had \(steps.count) answers")
                continue
            }
            #expect(steps[0] == .unknown || steps[0] == .pending)
            #expect(steps[1] == .pending)
            #expect(steps[2] == steps[3])
            switch InventedAccruals.verdict(on: number) {
            case .invalid:
                invalid += 1
                #expect(steps[2] == .invalid)
            case .processed(let points):
                #expect(points > .zero)
                #expect(steps[2] == .processed(points))
            }
        }
        #expect((150...350).contains(invalid), "\(invalid) of 2000")
    }

    @Test func theVerdictsDoNotChangeBetweenReleases() {
        #expect(
            InventedAccruals.verdict(on: OrderNumber(stored: "12345678903")) == .processed(Points(hundredths: 74_505)))
    }
}
