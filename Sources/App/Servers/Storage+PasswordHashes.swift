import Loyalty
import Posix
import Storage

extension Storage {
    /// The kinds that the hashes of users' passwords have, besides one; `nil` if the store can't tell now. It blocks.
    func passwordHashKinds(
        otherThan kind: PasswordHash.Kind, until cancellation: Cancellation
    ) -> Set<PasswordHash.Kind>? {
        guard let repository = try? makeOwnerRepository(until: cancellation) else { return nil }
        defer { repository.close() }
        return try? repository.passwordHashKinds(otherThan: kind)
    }
}
