import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    static let staff = [
        ConformanceCase("people and keys of the staff have one name each, and lists name them") { store in
            let anna = try await store.hire("anna", .owner)
            try expect(anna.kind == .person && anna.role == .owner && anna.state == .active)
            let key = ShopChange.addKey(try StaffName("till"), .cashier, .sample("token"))
            guard case .staff(let till, true) = try await store.apply(key) else { throw Violation("till is new") }
            for name in ["anna", "till"] {
                try expect(
                    try await store.apply(.addStaff(StaffName(name), .cashier, .sample("other"))),
                    .refused(.staffNameTaken))
                try expect(
                    try await store.apply(.addKey(StaffName(name), .cashier, .sample("other"))),
                    .refused(.staffNameTaken))
            }
            try expect(try await store.withStaff { try await $0.staff().get() }, [anna, till])
            try expect(try store.asOwner { try $0.staff() }, [anna, till])
            try expect(try await store.apply(.removeKey(StaffName("anna"))), .refused(.noSuchStaff))
            try expect(try await store.apply(.deleteStaff(StaffName("till"))), .refused(.noSuchStaff))
            try expect(try await store.apply(.removeKey(StaffName("till"))), .staff(till, isChanged: true))
            try expect(try await store.withStaff { try await $0.key(.sample("token")).get() }, nil)
            try expect(try await store.withStaff { try await $0.staff().get() }, [anna])
            _ = try await store.hire("till", .cashier)
        },
        ConformanceCase("a key is found by its hash, and its last use is noted") { store in
            _ = try await store.apply(.addKey(StaffName("till"), .cashier, .sample("token")))
            let find = { () async throws in try await store.withStaff { try await $0.key(.sample("token")).get() } }
            guard let key = try await find() else { throw Violation("the key must be found") }
            try expect(key.needsUseNote(at: store.clock.now))
            try expect(try await store.withStaff { try await $0.credentials(of: StaffName("till")).get() }, nil)
            store.clock.advance(bySeconds: 5)
            let usedAt = store.clock.now
            try await store.withStaff { try await $0.noteUse(of: key.id, at: usedAt) }
            let used = try await find()
            try expect(used?.lastUsedAt, usedAt)
            try expect(used?.needsUseNote(at: usedAt), false)
            try expect(try await store.withStaff { try await $0.key(.sample("another")).get() }, nil)
        },
        ConformanceCase("a person signs in with the password, up to the limit of sessions") { store in
            let anna = try await store.hire("anna", .cashier)
            try await store.openStaffSession("first", of: anna)
            let session = try await store.staffSession("first")
            try expect(session?.staff.id, anna.id)
            try expect(session?.staff.lastUsedAt, store.clock.now)
            try await expect(.wrongCredentials) {
                try await store.openStaffSession("second", of: anna, password: "wrong")
            }
            try await store.openStaffSession("second", of: anna, perUserMax: 1)
            try expect(try await store.staffSession("first"), nil)
            let now = store.clock.now
            try await store.withStaff { try await $0.removeSession(.sample("second"), from: "192.0.2.1", at: now) }
            try await store.withStaff { try await $0.removeSession(.sample("second"), from: "192.0.2.1", at: now) }
            try expect(try await store.staffSession("second"), nil)
            try expect(try await store.actions().map(\.name), [.staffSignOut, .staffSignIn, .staffSignIn, .staffAdd])
            // A session of the staff is none of a customer.
            try await store.openStaffSession("third", of: anna)
            try expect(try await store.session("third"), nil)
            _ = try await store.addUser("customer")
            try expect(try await store.staffSession("customer"), nil)
        },
        ConformanceCase("a new password, a disabled and a deleted account end the sessions of a person") { store in
            let anna = try await store.hire("anna", .cashier)
            let now = store.clock.now
            try await store.openStaffSession("kept", of: anna)
            try await store.openStaffSession("ended", of: anna)
            let change: @Sendable () async throws -> Void = {
                try await store.withStaff {
                    try await $0.changePassword(
                        of: StaffCredentials(staff: anna, passwordHash: .sample("anna")), to: .sample("new"),
                        keeping: .sample("kept"), from: "192.0.2.1", at: now)
                }
            }
            try await change()
            try await expect(.wrongCurrentPassword) { try await change() }
            try expect(try await store.staffSession("ended"), nil)
            try expect(try await store.staffSession("kept")?.staff.id, anna.id)
            try await store.apply(.setStaffPassword(StaffName("anna"), .sample("anna")))
            try expect(try await store.staffSession("kept"), nil)

            try await store.openStaffSession("again", of: anna)
            try await store.apply(.setStaffEnabled(StaffName("anna"), false))
            try expect(try await store.staffSession("again"), nil)
            try await expect(.wrongCredentials) { try await store.openStaffSession("again", of: anna) }
            let credentials = try await store.withStaff { try await $0.credentials(of: StaffName("anna")).get() }
            try expect(credentials?.staff.state, .disabled)
            try await store.apply(.setStaffEnabled(StaffName("anna"), true))
            try await store.openStaffSession("again", of: anna)
            try await store.apply(.deleteStaff(StaffName("anna")))
            try expect(try await store.staffSession("again"), nil)
            try await expect(.wrongCredentials) { try await store.openStaffSession("again", of: anna) }
            try expect(try await store.hire("anna", .cashier).id != anna.id)
        },
        ConformanceCase("the last active owner stays, unless a command takes the account away") { store in
            let anna = try await store.hire("anna", .owner)
            let boris = try await store.hire("boris", .owner)
            _ = try await store.hire("vera", .cashier)
            _ = try await store.apply(.addKey(StaffName("till"), .owner, .sample("token")))
            let actor = Actor(anna, address: "192.0.2.1")
            try expect(
                try await store.apply(.setStaffEnabled(StaffName("boris"), false), by: actor),
                .staff(boris.with(.disabled), isChanged: true))
            for change in [
                ShopChange.setStaffEnabled(try StaffName("anna"), false), .deleteStaff(try StaffName("anna")),
                .setStaffRole(try StaffName("anna"), .cashier),
            ] {
                try expect(try await store.apply(change, by: actor), .refused(.lastOwner))
            }
            try await store.apply(.setStaffEnabled(StaffName("boris"), true), by: actor)
            try expect(try await store.apply(.deleteStaff(StaffName("anna")), by: actor), .staff(anna, isChanged: true))
            // The account is gone, and so are its rights.
            try expect(try await store.apply(.deleteStaff(StaffName("vera")), by: actor), .refused(.notAllowed))
            try expect(
                try await store.apply(.deleteStaff(StaffName("boris"))), .staff(boris, isChanged: true))
        },
        ConformanceCase("a person has another role from the next request on, and keeps the sessions") { store in
            let anna = try await store.hire("anna", .owner)
            let boris = try await store.hire("boris", .owner)
            try await store.openStaffSession("open", of: boris)
            let (byAnna, byBoris) = (Actor(anna, address: "192.0.2.1"), Actor(boris, address: "192.0.2.2"))
            let demote = ShopChange.setStaffRole(try StaffName("boris"), .cashier)
            guard case .staff(let after, isChanged: true) = try await store.apply(demote, by: byAnna) else {
                throw Violation("the role must change")
            }
            try expect(after.role, .cashier)
            try expect(try await store.staffSession("open")?.staff.role, .cashier)
            // An actor that began as an owner has no more rights than the account.
            try expect(try await store.apply(demote, by: byBoris), .refused(.notAllowed))
            guard case .staff(_, isChanged: false) = try await store.apply(demote, by: byAnna) else {
                throw Violation("the role was the same")
            }
            let recorded = try await store.actions().filter { $0.name == .staffRole }
            try expect(recorded.map(\.note), ["cashier"])
            try expect(recorded.map(\.subject), ["boris"])
            _ = try await store.apply(.addKey(StaffName("till"), .owner, .sample("token")))
            for name in ["till", "nobody"] {
                try expect(
                    try await store.apply(.setStaffRole(StaffName(name), .cashier)), .refused(.noSuchStaff))
            }
            // Now anna is the last owner. A command may take the role all the same.
            let last = ShopChange.setStaffRole(try StaffName("anna"), .cashier)
            try expect(try await store.apply(last, by: byAnna), .refused(.lastOwner))
            guard case .staff(_, isChanged: true) = try await store.apply(last) else {
                throw Violation("a command must take the role")
            }
        },
        ConformanceCase("registration is as the owner has set it") { store in
            let read = { () async throws in
                let forStaff = try await store.withStaff { try await $0.isRegistrationOpen().get() }
                let forCustomers = try await store.turn { try await $0.isRegistrationOpen().get() }
                try expect(forStaff, forCustomers)
                try expect(try store.asOwner { try $0.isRegistrationOpen() }, forStaff)
                return forStaff
            }
            try expect(try await read(), nil)
            for isOpen in [false, true, false] {
                try expect(try await store.apply(.setRegistration(isOpen: isOpen)), .done(isChanged: true))
                try expect(try await store.apply(.setRegistration(isOpen: isOpen)), .done(isChanged: false))
                try expect(try await read(), isOpen)
            }
        },
    ]
}

extension StaffAccount {
    func with(_ state: UserAccount.State) -> StaffAccount {
        StaffAccount(
            id: id, name: name, kind: kind, role: role, state: state, createdAt: createdAt, lastUsedAt: lastUsedAt)
    }
}
