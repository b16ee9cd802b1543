import Eventual
import HTTP
import JSON
import Loyalty
import SignIn
import Storage
import Web

/// The shop as its owner sees it: registration, figures, backups and the record of actions.
struct ShopRoutes {
    let repository: any StaffRepository
    let changes: StaffChanges
    let surroundings: ShopSurroundings
    /// True if customers may register, as long as the owner has not decided otherwise at run time.
    let isRegistrationOpen: Bool
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.get, "/api/staff/registration", .getRegistration, for: .cashier, registration),
            Route(
                .put, "/api/staff/registration", .setRegistration, for: .owner,
                bodyBytesMax: BodyLimit.credentialsBytes,
                setRegistration),
            Route(.get, "/api/staff/figures", .getFigures, for: .cashier, figures),
            Route(.get, "/api/staff/backups", .listBackups, for: .owner, backups),
            Route(.post, "/api/staff/backups", .makeBackup, for: .owner, backUp),
            Route(.get, "/api/staff/actions", .listActions, for: .owner, actions),
        ]
    }

    private func registration(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try repository.isRegistrationOpen().map { isOpen in Self.registration(isOpen ?? isRegistrationOpen).response }
    }

    private static func registration(_ isOpen: Bool) -> StaffReply {
        StaffReply(
            JSONWriter.object { writer in
                writer.name("open")
                writer.literal(isOpen ? "true" : "false")
            })
    }

    /// `{"open": …}`
    private func setRegistration(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let isOpen = try RequestObject(call.body).bool("open")
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.setRegistration(isOpen: isOpen), for: request) { _ in Self.registration(isOpen) }
        }
    }

    /// A cashier sees today alone.
    private func figures(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let text = try call.parameter("days") ?? "1"
        guard let days = Int(text), ShopDays.counts.contains(days) else {
            throw .malformed("\"days\" is not a whole number from 1 to \(ShopDays.counts.upperBound).")
        }
        guard days == 1 || call.staff.account.role >= .owner else { return .now(Problem.forbidden.response) }
        let now = clock()
        let shown = ShopDays(surroundings.days(days, now))
        return try shown.figures(in: repository).then { figures throws(LoyaltyError) in
            // A server that does not lead keeps no queue of its own.
            guard !surroundings.isLeading() else { return .now(response(figures, nil, at: now)) }
            return try repository.leadersReport().map { report in response(figures, report, at: now) }
        }
    }

    /// - Parameter report: that of the server that leads; `nil` for the state of this server.
    private func response(
        _ figures: [(ShopDay, Figures)], _ report: LeadersReport?, at now: Timestamp
    ) -> Response {
        let leader = report.flatMap { surroundings.readReport($0) }
        return .staff { writer in
            writer.name("days")
            writer.array { writer in
                for (day, figures) in figures { writer.figures(figures, of: day) }
            }
            writer.name("queue")
            writer.object { $0.count("waiting", Int64(leader?.waiting ?? surroundings.waiting())) }
            writer.name("accrual")
            writer.object { $0.text("state", leader?.accrual ?? surroundings.accrualState()) }
            writer.name("backup")
            // Backups that are made elsewhere can't be seen here, and are not missing.
            guard surroundings.backupRefusal == nil else { return writer.literal("null") }
            writer.object { writer in
                let newest = surroundings.newestBackup()
                writer.time("newest_at", newest)
                writer.count("age_seconds", newest.map { max(0, (now.milliseconds - $0.milliseconds) / 1000) })
            }
        }
    }

    private var noBackups: Problem { surroundings.backupRefusal.map { Problem.backupsElsewhere($0) } ?? .backupsOff }

    private func backups(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let backups = surroundings.backups else { return .now(noBackups.response) }
        guard let list = backups.list() else { throw .failed }
        return .now(.staff(StaffList.array(list) { $1.backup($0) }))
    }

    private func backUp(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let backups = surroundings.backups else { return .now(noBackups.response) }
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let backup = try await backups.make()
            var writer = JSONWriter()
            writer.backup(backup)
            let reply = StaffReply(.created, writer.bytes)
            return try await changes.apply(.makeBackup(name: backup.name), for: request) { _ in reply }
        }
    }

    private func actions(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let format = try call.parameter("format") ?? "json"
        guard ["json", "csv"].contains(format) else { throw .malformed("\"format\" is neither json nor csv.") }
        guard format == "csv" else {
            return try StaffList.page(
                for: call, write: { $1.action($0) },
                read: { cursor, limit throws(LoyaltyError) in
                    try repository.actions(on: nil, from: cursor, limit: limit)
                })
        }
        return try .list(ActionTable.format(), for: call, of: StaffList.shop, others: "&format=csv") {
            cursor, limit throws(LoyaltyError) in
            try repository.actions(on: nil, from: cursor, limit: limit)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func backup(_ backup: ShopBackup) {
        object { writer in
            writer.text("name", backup.name)
            writer.time("at", backup.at)
            writer.count("bytes", backup.bytes)
        }
    }
}
