import CCurl
import Testing

@testable import AccrualClient

/// The options that a server needs of libcurl, which are tried before the workers begin.
@Suite struct CurlLibraryTests {
    /// A function that sets an option, as the processor calls it for the one value after the option.
    private typealias SetOption = @convention(c) (UnsafeMutableRawPointer?, CURLoption, Int) -> CURLcode

    private static func library(settingBy set: @escaping SetOption) throws -> CurlLibrary {
        let real = try CurlLibrary.load()
        return CurlLibrary(
            makeHandle: real.makeHandle, perform: real.perform, cleanUp: real.cleanUp, errorText: real.errorText,
            setOption: unsafeBitCast(set, to: martlet_curl_setopt.self), getInfo: real.getInfo, header: real.header)
    }

    private static var target: CurlTransport.Target {
        var target = CurlTransport.Target(url: "https://accrual.example")
        target.authoritiesFolder = "/etc/ssl/certs"
        return target
    }

    @Test func theInstalledLibraryHasTheOptions() throws {
        try CurlTransport.check(Self.target, with: CurlLibrary.load())
    }

    /// Versions before 7.85 do not know the option.
    @Test func anOldLibraryIsNamed() throws {
        let library = try Self.library { _, option, _ in
            option == CURLOPT_PROTOCOLS_STR ? CURLE_UNKNOWN_OPTION : CURLE_OK
        }
        let error = #expect(throws: CurlLibrary.LoadError.self) {
            try CurlTransport.check(Self.target, with: library)
        }
        #expect(error?.description.contains("libcurl 7.85 or later") == true)
    }

    /// Not every TLS library reads folders of certificates.
    @Test func aLibraryThatTakesNoFolderOfCertificatesIsNamed() throws {
        let library = try Self.library { _, option, _ in
            option == CURLOPT_CAPATH ? CURLE_NOT_BUILT_IN : CURLE_OK
        }
        let error = #expect(throws: CurlLibrary.LoadError.self) {
            try CurlTransport.check(Self.target, with: library)
        }
        #expect(error?.description.contains("SSL_CERT_DIR") == true)
        try CurlTransport.check(CurlTransport.Target(url: "https://accrual.example"), with: library)
    }
}
