import CLinux

/// The commit that the executable was built from, which `.ci/build-release` links in.
package enum BuildCommit {
    /// `8f71b8a0c3d2`, with `-changed` if files differed from the commit; `nil` if the build did not know it, such as
    /// one from an archive of the sources.
    package static var text: String? { martlet_commit_or_null().map { String(cString: $0) } }
}
