import CCurl
import Glibc

/// libcurl, loaded only when it is needed, so that a server without an accrual address starts even if it is not
/// installed (dlopen(3)).
package struct CurlLibrary: @unchecked Sendable {
    // Safe: these are immutable addresses of functions that libcurl allows on any thread, if each handle is used by one
    // thread at a time (libcurl-thread(3)).
    let makeHandle: @convention(c) () -> UnsafeMutableRawPointer?
    let perform: @convention(c) (UnsafeMutableRawPointer?) -> CURLcode
    let cleanUp: @convention(c) (UnsafeMutableRawPointer?) -> Void
    let errorText: @convention(c) (CURLcode) -> UnsafePointer<CChar>?
    let setOption: martlet_curl_setopt
    let getInfo: martlet_curl_getinfo
    let header: martlet_curl_header

    /// The library, or a function or an option of it, is missing. The sentence says what is needed.
    package struct LoadError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private static let fileName = "libcurl.so.4"

    /// Loads the library for the rest of the process. It must be called before another thread uses the library
    /// (curl_global_init(3)).
    package static func load() throws(LoadError) -> CurlLibrary {
        guard let library = dlopen(fileName, RTLD_NOW | RTLD_LOCAL) else {
            throw LoadError(
                description: "\(fileName) is needed to ask the accrual system and can't be loaded; "
                    + "Debian has it in the package libcurl4")
        }
        typealias GlobalInit = @convention(c) (Int) -> CURLcode
        let globalInit: GlobalInit = try function("curl_global_init", of: library)
        // CURL_GLOBAL_ALL, whose macro Swift does not import.
        guard globalInit(3) == CURLE_OK else { throw LoadError(description: "\(fileName) could not be set up") }
        return CurlLibrary(
            makeHandle: try function("curl_easy_init", of: library),
            perform: try function("curl_easy_perform", of: library),
            cleanUp: try function("curl_easy_cleanup", of: library),
            errorText: try function("curl_easy_strerror", of: library),
            setOption: try function("curl_easy_setopt", of: library),
            getInfo: try function("curl_easy_getinfo", of: library),
            header: try function("curl_easy_header", of: library))
    }

    /// Sets an option of a handle to a number.
    func set(_ option: CURLoption, _ value: Int, on handle: UnsafeMutableRawPointer) -> CURLcode {
        martlet_curl_setopt_long(setOption, handle, option, value)
    }

    /// Sets an option of a handle to a text, of which libcurl keeps a copy.
    func set(_ option: CURLoption, _ text: String, on handle: UnsafeMutableRawPointer) -> CURLcode {
        martlet_curl_setopt_pointer(setOption, handle, option, text)
    }

    /// The error of a library that refuses an option.
    static func refusal(of option: CURLoption) -> LoadError {
        guard option == CURLOPT_CAPATH else {
            return LoadError(
                description: "\(fileName) is too old or has no TLS; libcurl 7.85 or later, with TLS, is needed to ask "
                    + "the accrual system")
        }
        return LoadError(
            description: "\(fileName) can't read the folder of certificates that SSL_CERT_DIR names; a libcurl with "
                + "OpenSSL or GnuTLS is needed for that, or accrual.ca_file instead of SSL_CERT_DIR")
    }

    private static func function<Function>(
        _ name: String, of library: UnsafeMutableRawPointer
    ) throws(LoadError) -> Function {
        guard let address = dlsym(library, name) else {
            throw LoadError(description: "\(fileName) is too old: it has no \(name)")
        }
        return unsafeBitCast(address, to: Function.self)
    }
}
