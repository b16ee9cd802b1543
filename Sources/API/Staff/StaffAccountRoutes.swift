import Eventual
import HTTP
import JSON
import Loyalty
import SignIn
import Storage
import Web

/// People and API keys that may work in the shop.
struct StaffAccountRoutes {
    let repository: any StaffRepository
    let signIns: StaffSignInService
    let changes: StaffChanges

    var routes: [Route] {
        let path = "/api/staff/staff"
        return [
            Route(.get, path, .listStaff, for: .owner, list),
            Route(.post, path, .addStaff, for: .owner, bodyBytesMax: BodyLimit.credentialsBytes, add),
            Route(.delete, "\(path)/{name}", .deleteStaff, for: .owner, delete),
            Route(.post, "\(path)/{name}/disable", .disableStaff, for: .owner) { call throws(LoyaltyError) in
                try setEnabled(false, call)
            },
            Route(.post, "\(path)/{name}/enable", .enableStaff, for: .owner) { call throws(LoyaltyError) in
                try setEnabled(true, call)
            },
            Route(
                .put, "\(path)/{name}/role", .setStaffRole, for: .owner, bodyBytesMax: BodyLimit.credentialsBytes,
                setRole),
            Route(.post, "\(path)/{name}/password", .resetStaffPassword, for: .owner, resetPassword),
            Route(
                .post, "/api/staff/keys", .addKey, for: .owner, bodyBytesMax: BodyLimit.credentialsBytes, addKey),
            Route(.delete, "/api/staff/keys/{name}", .removeKey, for: .owner, removeKey),
        ]
    }

    private func list(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try repository.staff().map { staff in .staff(StaffList.array(staff) { $1.staff($0) }) }
    }

    /// `{"name": "…", "role": "…", "password": "…"}`; without a password, one is generated.
    private func add(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let name = try StaffName(try object.string("name"))
        let role = try object.role()
        let chosen = object.has("password") ? try object.string("password") : nil
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let (password, hash) = try await signIns.makePassword(chosen, from: request.network)
            return try await changes.apply(.addStaff(name, role, hash), for: request) { _ in
                StaffReply(
                    .created,
                    JSONWriter.object { writer in
                        writer.text("name", name.text)
                        writer.text("role", role.description)
                        if chosen == nil { writer.text("password", password) }
                    })
            }
        }
    }

    private func setEnabled(_ isEnabled: Bool, _ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let name = try call.staffName()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.setStaffEnabled(name, isEnabled), for: request) { .staff($0) }
        }
    }

    /// `{"role": "…"}`
    private func setRole(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let role = try RequestObject(call.body).role()
        let name = try call.staffName()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.setStaffRole(name, role), for: request) { .staff($0) }
        }
    }

    private func resetPassword(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let name = try call.staffName()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let (password, hash) = try await signIns.makePassword(from: request.network)
            return try await changes.apply(.setStaffPassword(name, hash), for: request) { _ in
                StaffReply(JSONWriter.object { $0.text("password", password) })
            }
        }
    }

    private func delete(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let name = try call.staffName()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.deleteStaff(name), for: request) { .staff($0) }.emptied
        }
    }

    /// `{"name": "…", "role": "…"}`
    private func addKey(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let object = try RequestObject(call.body)
        let name = try StaffName(try object.string("name"))
        let role = try object.role()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let (token, id) = signIns.makeToken()
            return try await changes.apply(.addKey(name, role, id), for: request) { _ in
                StaffReply(
                    .created,
                    JSONWriter.object { writer in
                        writer.text("name", name.text)
                        writer.text("role", role.description)
                        writer.text("token", token.text)
                    })
            }
        }
    }

    private func removeKey(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let name = try call.staffName()
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.removeKey(name), for: request) { .staff($0) }.emptied
        }
    }
}

extension StaffReply {
    fileprivate static func staff(_ result: ShopChangeResult) -> StaffReply {
        guard case .staff(let staff, _) = result else {
            preconditionFailure("a change of the staff must result in the account")
        }
        var writer = JSONWriter()
        writer.staff(staff)
        return StaffReply(writer.bytes)
    }
}

extension Call {
    /// The name in the path.
    fileprivate func staffName() throws(LoyaltyError) -> StaffName {
        guard let subject else { throw .malformed("The name in the path is not UTF-8.") }
        return try StaffName(subject)
    }
}

extension RequestObject {
    fileprivate func role() throws(LoyaltyError) -> StaffRole {
        let text = try string("role")
        guard let role = StaffRole.allCases.first(where: { $0.description == text }) else {
            throw .malformed("\"role\" is neither \"cashier\" nor \"owner\".")
        }
        return role
    }
}
