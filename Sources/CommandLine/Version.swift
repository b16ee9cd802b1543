/// Martlet's version. It grows with each change of the schema or of the contract with clients;
/// `Sources/Handbook/Changes.md` lists the changes.
package enum Version {
    package static let text = "0.4.0"
}
