/// A database that a restore replaced or an upgrade copied, and that is kept beside its successor. Its name begins with
/// that of the successor and one of these suffixes.
package enum FormerDatabase {
    /// Precedes the time of a restore: `20260101T000000Z`.
    package static let restoreSuffix = ".before-restore-"
    /// Precedes the number of the new schema, and after a hyphen the time of the upgrade in seconds since 1970.
    package static let upgradeSuffix = ".before-schema-"
}
