import Glibc

/// How much is tried: 1 in CI; more by `MARTLET_TEST_SCALE`.
package enum Scale {
    package static let factor = max(1, getenv("MARTLET_TEST_SCALE").flatMap { Int(String(cString: $0)) } ?? 1)
}
