import Loyalty
import Storage
import TestSupport

extension ConformanceCase {
    static let accounts = [
        ConformanceCase("a login belongs to one user") { store in
            let user = try await store.addUser("gopher")
            try await expect(.loginTaken) { _ = try await store.addUser("gopher") }
            // Logins are compared byte for byte: these are the same text in two normal forms.
            let composed = try await store.addUser("\u{e9}")
            let decomposed = try await store.addUser("e\u{301}")
            try expect(Set([user, composed, decomposed]).count, 3)
            let found = try await store.turn { try await $0.credentials(of: Login("e\u{301}")).get() }
            try expect(found, Credentials(user: decomposed, passwordHash: .sample("e\u{301}")))
            let unknown = try await store.turn { try await $0.credentials(of: Login("nobody")).get() }
            try expect(unknown, nil)
        },
        ConformanceCase("a user has a profile") { store in
            let user = try await store.addUser("gopher")
            let registeredAt = store.clock.now
            store.clock.advance(bySeconds: 5)
            let profile = try await store.turn { try await $0.profile(of: user).get() }
            try expect(profile, UserProfile(login: Login("gopher"), createdAt: registeredAt))
            let unknown = try await store.turn { try await $0.profile(of: UserID(rawValue: 99)).get() }
            try expect(unknown, nil)
        },
        ConformanceCase("a new password replaces the one that was checked, and ends other sessions") { store in
            let user = try await store.addUser("gopher")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            try await store.turn { try await $0.addSession(.sample("second"), of: credentials) }
            let change: @Sendable () async throws -> Void = {
                try await store.turn {
                    try await $0.changePassword(
                        of: credentials, to: .sample("new"), keeping: .sample("second"), places: [])
                }
            }
            try await change()
            try expect(try await store.session("gopher"), nil)
            try expect(try await store.session("second")?.user, user)
            try await expect(.wrongCurrentPassword) { try await change() }
            try await expect(.wrongCredentials) {
                try await store.turn { try await $0.addSession(.sample("third"), of: credentials) }
            }
        },
        ConformanceCase("a session may come with another hash of the password") { store in
            let user = try await store.addUser("gopher")
            _ = try await store.addUser("other")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            let replacement = PasswordHash.ofNobody(.bcrypt(cost: 4))
            let signIn: @Sendable (String) async throws -> Void = { name in
                try await store.turn {
                    try await $0.addSession(.sample(name), of: credentials, replacingHashBy: replacement)
                }
            }
            try await signIn("second")
            let found = try await store.turn { try await $0.credentials(of: Login("gopher")).get() }
            try expect(found, Credentials(user: user, passwordHash: replacement))
            let other = try await store.turn { try await $0.credentials(of: Login("other")).get() }
            try expect(other?.passwordHash, .sample("other"))
            // All sessions stay.
            try expect(try await store.session("gopher")?.user, user)
            try expect(try await store.session("second")?.user, user)
            try await expect(.wrongCredentials) { try await signIn("third") }
        },
        ConformanceCase("the kinds of all hashes are found") { store in
            let own = PasswordHash.Kind.argon2id(memoryKibibytes: 19_456, passes: 2, lanes: 1)
            let kinds: [PasswordHash.Kind] = [
                own, .bcrypt(cost: 4), .bcrypt(cost: 12), .bcrypt(cost: 12),
                .argon2id(memoryKibibytes: 65_536, passes: 1, lanes: 4),
            ]
            for (index, kind) in kinds.enumerated() {
                let now = store.clock.now
                _ = try await store.turn { repository in
                    try await repository.addUser(
                        Login("\(index)"), passwordHash: .ofNobody(kind), session: .sample("\(index)"), at: now)
                }
            }
            try store.asOwner { owner in
                try expect(try owner.passwordHashKinds(otherThan: own), Set(kinds).subtracting([own]))
                try expect(
                    try owner.passwordHashKinds(otherThan: .bcrypt(cost: 4)),
                    Set(kinds).subtracting([.bcrypt(cost: 4)]))
            }
        },
        ConformanceCase("places of sign-ins are kept for their login, and forgotten with the password") { store in
            let network = SignInPlace(bytes: [192, 0, 2, 1])
            let device = SignInPlace(bytes: [UInt8](repeating: 7, count: SignInPlace.deviceByteCount))
            let user = try await store.addUser("gopher")
            _ = try await store.addUser("other")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            let origin = SignInOrigin(network: network, device: device, at: store.clock.now)
            try await store.turn { try await $0.addSession(.sample("second", from: origin), of: credentials) }
            let known: @Sendable (String) async throws -> [SignInPlace] = { login in
                let asked = [SignInPlace(bytes: [192, 0, 2, 2]), device, network]
                return try await store.turn { try await $0.signInPlaces(of: Login(login), among: asked).get() }
            }
            try expect(Set(try await known("gopher")), [network, device])
            try expect(try await known("other"), [])
            try expect(try await known("nobody"), [])
            try await store.turn {
                try await $0.changePassword(
                    of: credentials, to: .sample("new"), keeping: .sample("second"), places: [device])
            }
            try expect(try await known("gopher"), [device])
        },
    ]

    static let sessions = [
        ConformanceCase("a session is there until it is ended") { store in
            let user = try await store.addUser("gopher")
            let session = try await store.session("gopher")
            try expect(session?.user, user)
            try expect(session?.expiresAt, Timestamp(milliseconds: 4_000_000_000_000))
            try expect(try await store.session("another"), nil)
            try await store.turn { try await $0.removeSession(.sample("gopher")) }
            try expect(try await store.session("gopher"), nil)
            // There is nothing to end any more.
            try await store.turn { try await $0.removeSession(.sample("gopher")) }
        },
        ConformanceCase("a session that has expired is still found, with its end") { store in
            let user = try await store.addUser("gopher")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            try await store.turn { try await $0.addSession(.sample("old", expiresAt: 5), of: credentials) }
            try expect(try await store.session("old")?.expiresAt, Timestamp(milliseconds: 5))
        },
        ConformanceCase("surplus sessions end, those that expire first before others") { store in
            let user = try await store.addUser("gopher")
            let credentials = Credentials(user: user, passwordHash: .sample("gopher"))
            for (name, end) in [("late", 4_000_000_000_003), ("early", 4_000_000_000_001)] as [(String, Int64)] {
                try await store.turn { try await $0.addSession(.sample(name, expiresAt: end), of: credentials) }
            }
            let feed = store.storage.changes
            let start = feed.end.sessionEnds
            try await store.turn { try await $0.addSession(.sample("new", perUserMax: 2), of: credentials) }
            // The event streams of these sessions end with them.
            try await eventually { feed.end.sessionEnds > start }
            try expect(feed.sessionEnds(after: start), [user])
            try expect(try await store.session("late")?.user, user)
            try expect(try await store.session("new")?.user, user)
            try expect(try await store.session("early"), nil)
            try expect(try await store.session("gopher"), nil)
        },
        ConformanceCase("a session has its user's revision, which grows with each change of that user") { store in
            let user = try await store.addUser("gopher")
            _ = try await store.addUser("other")
            let other = try await store.session("other")?.revision
            var before = try await store.session("gopher")?.revision
            try expect(before != nil)
            try expect(try await store.session("gopher")?.revision, before)
            let order = try await store.addOrder(1, of: user)
            let changes: [@Sendable () async throws -> Void] = [
                {}, { try store.settle(order, .processed(Points(hundredths: 700))) },
                { _ = try await store.withdraw(200, for: 2, of: user) },
                {
                    try store.asOwner {
                        _ = try $0.refund(.sample(2), note: LedgerNote(author: "owner", reason: "test"))
                    }
                },
            ]
            for change in changes {
                try await change()
                let after = try await store.session("gopher")?.revision
                try expect(after?.rawValue ?? 0 > before?.rawValue ?? .max)
                before = after
            }
            try expect(try await store.session("other")?.revision, other)
        },
    ]
}
