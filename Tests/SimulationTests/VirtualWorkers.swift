import AccrualClient
import Loyalty

/// The workers in virtual time: each takes a job when it is free, runs the real ``Asker`` around a simulated request,
/// and finishes the job at the time at which the answer arrives.
final class VirtualWorkers: JobExecutor, @unchecked Sendable {
    // Safe: a simulation runs on one thread, and the dispatcher's queue runs on it.

    private struct Request {
        let endsAt: Int64
        let number: Int
        let job: Job
        let reply: SimulatedAccrual.Reply
    }

    let workerCount: Int
    private let capacity: Int
    private let day: Day
    private let asker: Asker
    private var inbox: [Job] = []
    /// In the order of their ends, the latest first.
    private var requests: [Request] = []
    private var finished: [FinishedJob] = []
    private var lost = 0
    private var rules: RequestRules

    init(workerCount: Int, capacity: Int, asker: Asker, rules: RequestRules, day: Day) {
        self.workerCount = workerCount
        self.capacity = capacity
        self.asker = asker
        self.rules = rules
        self.day = day
    }

    var outstanding: Int { inbox.count + requests.count + finished.count + lost }
    var inFlight: Int { inbox.count + requests.count + lost }
    /// The time at which the next answer arrives.
    var nextEnd: Int64? { requests.last?.endsAt }

    func process(_ jobs: [Job]) {
        inbox += jobs
        precondition(outstanding <= capacity, "no more is outstanding than there is room for")
        begin()
    }

    func collect() -> [FinishedJob] {
        defer { finished = [] }
        return finished
    }

    func recall() -> [Job] {
        defer { inbox = [] }
        return inbox
    }

    /// Gives up all requests in flight, as a stop of the server does.
    func stop() {
        inbox = []
        for request in requests.reversed() {
            finished.append(.init(job: request.job, result: .failed("cancelled")))
        }
        requests = []
    }

    /// Finishes the job whose answer arrives next; the clock shows its time.
    func bringNext() {
        let request = requests.removeLast()
        precondition(request.endsAt == day.now, "an answer comes at its time")
        day.trace.note(day.now, "answer \(request.job.order.number.digits)")
        if let pause = request.reply.pauseSeconds {
            rules.noteAnswer(pauseSeconds: pause, requestsPerMinute: request.reply.requestsPerMinute, now: day.now)
        }
        day.noteVerdict(request.reply.verdict, of: request.job.order.id)
        finished.append(.init(job: request.job, result: result(of: request)))
        begin()
    }

    private func result(of request: Request) -> AskResult {
        var response = request.reply.response
        if day.broken == .believesLies, case .success(let lie) = response, lie.status == 200,
            request.reply.verdict == nil,
            String(decoding: lie.body.prefix(200), as: UTF8.self).contains("\"accrual\":500")
        {
            return .answered(.processed(Points(hundredths: 50_000)))
        }
        if day.broken == .ignoresPace, case .success(let told) = response, told.status == 429 {
            response = .success(TransportResponse(status: 429, retryAfterSeconds: told.retryAfterSeconds))
        }
        return asker.take(response.map { AccrualAnswer($0, to: request.job.order.number) })
    }

    private func begin() {
        while requests.count + lost < workerCount, !inbox.isEmpty {
            let job = inbox.removeFirst()
            guard asker.mayAsk() || day.broken == .ignoresGate else {
                finished.append(.init(job: job, result: .notAsked))
                continue
            }
            if day.broken == .losesJob, day.askCount == 20 {
                day.askCount += 1
                lost = 1
                continue
            }
            send(job)
        }
    }

    private func send(_ job: Job) {
        day.askCount += 1
        day.trace.note(day.now, "ask \(job.order.number.digits)")
        do throws(Violation) { try rules.noteRequest(now: day.now) } catch { day.note(error) }
        let reply = day.accrual.reply(about: job.order.number, now: day.now)
        let request = Request(endsAt: day.now + reply.latency, number: day.askCount, job: job, reply: reply)
        let index = requests.firstIndex { ($0.endsAt, $0.number) < (request.endsAt, request.number) }
        requests.insert(request, at: index ?? requests.count)
    }
}
