import Loyalty
import Storage
import TestSupport

extension NewSession {
    /// A session whose id is made from a text. It ends in the year 2096, so that it has not expired by any clock.
    static func sample(
        _ name: String, expiresAt: Int64 = 4_000_000_000_000, perUserMax: Int = 100, from origin: SignInOrigin? = nil
    ) -> NewSession {
        NewSession(
            token: SessionToken(text: name), id: .sample(name), expiresAt: Timestamp(milliseconds: expiresAt),
            perUserMax: perUserMax, origin: origin)
    }
}

extension Balance {
    static func hundredths(_ current: Int64, _ withdrawn: Int64) -> Balance {
        Balance(current: Points(hundredths: current), withdrawn: Points(hundredths: withdrawn))
    }
}
