import Glibc

/// libcrypt, loaded only when a bcrypt hash is to be verified, so that a server without such hashes works even if it is
/// not installed (dlopen(3)).
package struct CryptLibrary: Sendable {
    /// Hashes a phrase with a setting in the memory that it is given, on any thread (crypt_rn(3)).
    typealias Hash =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, CInt) ->
        UnsafeMutablePointer<CChar>?

    let hash: Hash

    /// The library, or a function of it, is missing. The sentence says which package provides it.
    package struct LoadError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The library, loaded at the first use for the rest of the process.
    package static let loaded = load()

    /// - Parameter file: The name of the library's file, which the dynamic linker looks for.
    static func load(_ file: String = "libcrypt.so.1") -> Result<CryptLibrary, LoadError> {
        guard let library = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
            return .failure(
                LoadError(
                    description: "\(file) is needed to verify bcrypt hashes of passwords and can't be loaded; "
                        + "Debian has it in the package libcrypt1"))
        }
        guard let address = dlsym(library, "crypt_rn") else {
            return .failure(LoadError(description: "\(file) can't verify bcrypt hashes: it has no crypt_rn"))
        }
        return .success(CryptLibrary(hash: unsafeBitCast(address, to: Hash.self)))
    }
}
