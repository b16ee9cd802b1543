/// A fault in the sources of a page, for which its files cannot be joined.
enum PageJoiningError: Error, Equatable {
    /// The file has a line that is not in one of the forms of `PageModule`.
    case notUnderstood(_ path: String, _ line: String)
    /// A file, which another one names, does not exist.
    case noFile(_ path: String)
    /// The file imports a name from a file that does not export it.
    case notExported(_ path: String, _ name: String, from: String)
    /// The file imports itself, perhaps through other files.
    case importsItself(_ path: String)
}
