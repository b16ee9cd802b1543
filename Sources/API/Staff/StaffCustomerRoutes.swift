import Eventual
import HTTP
import JSON
import Loyalty
import SignIn
import Storage
import Web

/// Finding customers, and their accounts.
struct StaffCustomerRoutes {
    let repository: any StaffRepository
    let signIns: StaffSignInService
    let changes: StaffChanges

    var routes: [Route] {
        let path = "/api/staff/customers"
        return [
            Route(.get, path, .findCustomers, for: .cashier, find),
            Route(.post, path, .addCustomer, for: .cashier, bodyBytesMax: BodyLimit.credentialsBytes, add),
            Route(.get, "\(path)/{id}", .getCustomer, for: .cashier, show),
            Route(.delete, "\(path)/{id}", .deleteCustomer, for: .owner, delete),
            Route(.get, "\(path)/{id}/orders", .listCustomerOrders, for: .cashier, orders),
            Route(.get, "\(path)/{id}/withdrawals", .listCustomerWithdrawals, for: .cashier, withdrawals),
            Route(.get, "\(path)/{id}/ledger", .listCustomerLedger, for: .cashier, ledger),
            Route(.post, "\(path)/{id}/password", .resetCustomerPassword, for: .cashier, resetPassword),
            Route(.post, "\(path)/{id}/disable", .disableCustomer, for: .owner) { call throws(LoyaltyError) in
                try setEnabled(false, call)
            },
            Route(.post, "\(path)/{id}/enable", .enableCustomer, for: .owner) { call throws(LoyaltyError) in
                try setEnabled(true, call)
            },
            Route(.get, "\(path)/{id}/export", .exportCustomer, for: .owner, export),
        ]
    }

    private func find(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        if let text = try call.parameter("order") {
            let number = try WithdrawalService.number(parsing: text.utf8)
            return try repository.customers(of: number).map { customers in
                .staff(StaffList.array(customers) { $1.customer($0) })
            }
        }
        let prefix = try call.parameter("login") ?? ""
        guard prefix.utf8.count <= Login.bytesMax else { throw .malformed("\"login\" is longer than a login.") }
        return try StaffList.page(
            for: call, selecting: ["login"], write: { $1.customer($0) },
            read: { cursor, limit throws(LoyaltyError) in
                try repository.customers(startingWith: prefix, from: cursor, limit: limit)
            })
    }

    /// `{"login": "…"}`
    private func add(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        let login = try Login(new: try RequestObject(call.body).string("login"))
        let request = try changes.request(of: call, hasSecret: true)
        return .later { () async throws(LoyaltyError) in
            let (password, hash) = try await signIns.makePassword(from: request.network)
            return try await changes.apply(.addCustomer(login, hash), for: request) { result in
                StaffReply(
                    .created,
                    JSONWriter.object { writer in
                        writer.members(of: result.account)
                        writer.text("password", password)
                    })
            }
        }
    }

    private func show(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try withCustomer(of: call) { .now(.staff(StaffReply.customer($0).body)) }
    }

    private func orders(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try withCustomer(of: call) { customer throws(LoyaltyError) in
            try StaffList.page(
                for: call, of: customer.id, write: { $1.order($0) },
                read: { cursor, limit throws(LoyaltyError) in
                    try repository.orders(of: customer.id, from: cursor, limit: limit)
                })
        }
    }

    private func withdrawals(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try withCustomer(of: call) { customer throws(LoyaltyError) in
            try StaffList.page(
                for: call, of: customer.id, write: { $1.withdrawal($0) },
                read: { cursor, limit throws(LoyaltyError) in
                    try repository.withdrawals(of: customer.id, from: cursor, limit: limit)
                })
        }
    }

    private func ledger(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        try withCustomer(of: call) { customer throws(LoyaltyError) in
            try StaffList.page(
                for: call, of: customer.id, write: { $1.entry($0) },
                read: { cursor, limit throws(LoyaltyError) in
                    try repository.ledger(of: customer.id, from: cursor, limit: limit)
                })
        }
    }

    private func resetPassword(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let customer = call.customer else { return .now(Problem.noCustomer.response) }
        let actor = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let (password, hash) = try await signIns.makePassword(from: actor.network)
            return try await changes.apply(.setCustomerPassword(.id(customer), hash), for: actor) { _ in
                StaffReply(JSONWriter.object { $0.text("password", password) })
            }
        }
    }

    private func setEnabled(_ isEnabled: Bool, _ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let customer = call.customer else { return .now(Problem.noCustomer.response) }
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.setCustomerEnabled(.id(customer), isEnabled), for: request) {
                .customer($0.account)
            }
        }
    }

    private func delete(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let customer = call.customer else { return .now(Problem.noCustomer.response) }
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            try await changes.apply(.deleteCustomer(.id(customer)), for: request) { .customer($0.account) }.emptied
        }
    }

    private func export(_ call: Call) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let customer = call.customer else { return .now(Problem.noCustomer.response) }
        let request = changes.unrepeated(call)
        return .later { () async throws(LoyaltyError) in
            let response = try await changes.apply(.exportCustomer(.id(customer)), for: request) {
                .customer($0.account)
            }
            guard response.status == .ok, let account = try await repository.customer(customer).get() else {
                return response.status == .ok ? Problem.noCustomer.response : response
            }
            let signIns = try await repository.signIns(of: customer).get()
            var document = Response(
                .ok, contentType: "application/json",
                .parts(CustomerExport(of: account, signIns, repository)))
            document.add(.noStore)
            document.add("Content-Disposition", "attachment; filename=\"customer-\(customer.rawValue).json\"")
            return document
        }
    }

    /// The response about the customer in the path, or 404.
    private func withCustomer(
        of call: Call, _ respond: @escaping (UserAccount) throws(LoyaltyError) -> Eventual<Response, LoyaltyError>
    ) throws(LoyaltyError) -> Eventual<Response, LoyaltyError> {
        guard let id = call.customer else { return .now(Problem.noCustomer.response) }
        return try repository.customer(id).then { customer throws(LoyaltyError) in
            guard let customer else { return .now(Problem.noCustomer.response) }
            return try respond(customer)
        }
    }
}

extension ShopChangeResult {
    /// The customer after the change.
    var account: UserAccount {
        guard case .customer(let account, _) = self else {
            preconditionFailure("a change of a customer must result in the customer")
        }
        return account
    }
}

extension StaffReply {
    static func customer(_ customer: UserAccount) -> StaffReply {
        var writer = JSONWriter()
        writer.customer(customer)
        return StaffReply(writer.bytes)
    }
}

extension Response {
    /// 204 in the place of a 200.
    var emptied: Response { status == .ok ? Response(.noContent) : self }
}
