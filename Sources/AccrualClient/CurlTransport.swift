import CCurl
import Gzip
import Loyalty
import Posix

/// Asks an accrual system over HTTP or HTTPS, with one libcurl handle that keeps its connection. It is confined to its
/// worker's thread.
package final class CurlTransport: AccrualTransport {
    private let library: CurlLibrary
    private let handle: UnsafeMutableRawPointer
    /// The URL up to the order's number.
    private let prefix: String
    private let exchange: CurlExchange
    /// The buffer for libcurl's error messages (CURLOPT_ERRORBUFFER(3)).
    private let errorText: UnsafeMutablePointer<CChar>

    /// The address of the accrual system, and the way to it.
    package struct Target: Sendable {
        /// The URL, without a slash at its end.
        package let url: String
        package var timeoutMilliseconds = PipelineConfiguration().requestTimeoutMilliseconds
        /// The proxy's address; `nil` for none, whatever the environment says.
        package var proxy: String?
        /// A file with the certificates of trusted authorities; `nil` for the system's.
        package var authoritiesFile: String?
        package var authoritiesFolder: String?

        package init(url: String) {
            self.url = url
        }
    }

    package init(library: CurlLibrary, target: Target, cancellation: Cancellation) {
        self.library = library
        guard let handle = library.makeHandle() else { preconditionFailure("libcurl could not allocate a handle") }
        self.handle = handle
        prefix = "\(target.url)/api/orders/"
        exchange = CurlExchange(cancellation)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure(target)
        setCallbacks()
    }

    /// Tries the options of a target, so that the start fails and not a worker.
    package static func check(_ target: Target, with library: CurlLibrary) throws(CurlLibrary.LoadError) {
        guard let handle = library.makeHandle() else { preconditionFailure("libcurl could not allocate a handle") }
        defer { library.cleanUp(handle) }
        for (option, value) in numbers(of: target) where library.set(option, value, on: handle) != CURLE_OK {
            throw CurlLibrary.refusal(of: option)
        }
        for (option, text) in texts(of: target) where library.set(option, text, on: handle) != CURLE_OK {
            throw CurlLibrary.refusal(of: option)
        }
    }

    deinit {
        library.cleanUp(handle)
        errorText.deallocate()
    }

    package func response(about order: OrderNumber) throws(TransportError) -> TransportResponse {
        exchange.reset()
        set(CURLOPT_URL, prefix + order.digits)
        errorText[0] = 0
        let code = library.perform(handle)
        var status = 0
        _ = martlet_curl_getinfo_long(library.getInfo, handle, CURLINFO_RESPONSE_CODE, &status)
        let retryAfter = martlet_curl_field(library.header, handle, "Retry-After").flatMap {
            retryAfterSeconds(String(cString: $0))
        }
        guard code == CURLE_OK else {
            // The head is sufficient for a refusal, even if the rest of the response is broken.
            if status == 429 || status == 503 && retryAfter != nil {
                return TransportResponse(status: status, retryAfterSeconds: retryAfter)
            }
            throw TransportError(reason: exchange.excess?.reason ?? reason(code))
        }
        return TransportResponse(status: status, retryAfterSeconds: retryAfter, body: try body())
    }

    /// Returns the body, decompressed if necessary: we don't ask for compression, but some servers use it all the same.
    private func body() throws(TransportError) -> [UInt8] {
        let coding = martlet_curl_field(library.header, handle, "Content-Encoding").map {
            String(cString: $0).lowercased()
        }
        guard !exchange.body.isEmpty, coding == "gzip" || coding == "x-gzip" else { return exchange.body }
        do {
            return try Gunzip.unpack(exchange.body, outputBytesMax: AccrualAnswer.bodyBytesMax)
        } catch .tooLarge {
            throw TransportError(reason: CurlExchange.Excess.body.reason)
        } catch {
            throw TransportError(reason: "an answer whose gzip data are broken")
        }
    }

    /// Returns the reason of a failure, for the log. Only libcurl's message says what is wrong with a certificate; it
    /// names the configured host, and nothing of the response.
    private func reason(_ code: CURLcode) -> String {
        let name = library.errorText(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
        guard Self.certificateErrors.contains(code.rawValue), errorText[0] != 0 else { return name }
        let text = String(cString: errorText)
        // The chain ends with an unknown authority, or without one.
        let isUnknown = text.contains("self-signed") || text.contains("self signed") || text.contains("issuer")
        return text + (isUnknown ? " (accrual.ca_file names a file with the certificates to trust)" : "")
    }

    private static let certificateErrors = Set(
        [CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE].map(\.rawValue))

    /// Reads `Retry-After`: a number of seconds, with or without a fraction and of any size, or a date, which libcurl
    /// converts to seconds (CURLINFO_RETRY_AFTER(3)). Returns zero for a time in the past, and `nil` for a value that
    /// can't be read.
    private func retryAfterSeconds(_ field: String) -> Int? {
        let parts = field.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isNumber = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
        if isNumber {
            let isWhole = parts.count == 1 || parts[1].allSatisfy { $0 == "0" }
            let (seconds, overflows) = (Int(parts[0]) ?? .max).addingReportingOverflow(isWhole ? 0 : 1)
            return overflows ? .max : seconds
        }
        if field.first == "-", Double(field) != nil { return 0 }
        var seconds: curl_off_t = 0
        _ = martlet_curl_getinfo_offset(library.getInfo, handle, CURLINFO_RETRY_AFTER, &seconds)
        return seconds == 0 ? nil : Int(clamping: max(0, Int64(seconds)))
    }

    private func configure(_ target: Target) {
        for (option, value) in Self.numbers(of: target) { set(option, value) }
        for (option, text) in Self.texts(of: target) { set(option, text) }
        // Without this option, a name server that does not answer would hold the worker beyond any time-out, and delay
        // a stop. Older versions of libcurl do not know it.
        _ = martlet_curl_setopt_long(library.setOption, handle, CURLOPT_QUICK_EXIT, 1)
        _ = martlet_curl_setopt_pointer(library.setOption, handle, CURLOPT_ERRORBUFFER, errorText)
    }

    private static func numbers(of target: Target) -> [(option: CURLoption, value: Int)] {
        [
            // Without this option, a time-out during name resolution would send a signal to the whole process.
            (CURLOPT_NOSIGNAL, 1),
            // HTTP/1.1 has one response after the other, which keeps the limits of ``CurlExchange`` simple.
            (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
            // A redirect counts as an answer that can't be relied on, and is reported as such.
            (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_TIMEOUT_MS, target.timeoutMilliseconds),
            (CURLOPT_CONNECTTIMEOUT_MS, target.timeoutMilliseconds),
        ]
    }

    private static func texts(of target: Target) -> [(option: CURLoption, text: String)] {
        var texts: [(option: CURLoption, text: String)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_USERAGENT, "martlet"),
            // An empty text keeps libcurl from reading the environment; our caller decides about proxies.
            (CURLOPT_PROXY, target.proxy ?? ""), (CURLOPT_NOPROXY, ""),
        ]
        if let file = target.authoritiesFile { texts.append((CURLOPT_CAINFO, file)) }
        if let folder = target.authoritiesFolder { texts.append((CURLOPT_CAPATH, folder)) }
        return texts
    }

    private func setCallbacks() {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_DEBUGDATA] {
            _ = martlet_curl_setopt_pointer(library.setOption, handle, option, context)
        }
        // A return value that is less than the given count ends the transfer.
        _ = martlet_curl_setopt_write(library.setOption, handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context!).takeUnretainedValue()
            return exchange.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        _ = martlet_curl_setopt_write(library.setOption, handle, CURLOPT_HEADERFUNCTION) { _, size, count, context in
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context!).takeUnretainedValue()
            return exchange.takeHead(bytes: size * count) ? size * count : 0
        }
        set(CURLOPT_NOPROGRESS, 0)
        _ = martlet_curl_setopt_progress(library.setOption, handle, CURLOPT_XFERINFOFUNCTION) { context, _, _, _, _ in
            // Any value but 0 ends the transfer.
            Unmanaged<CurlExchange>.fromOpaque(context!).takeUnretainedValue().hasToEnd ? 1 : 0
        }
        // Only the debug callback sees bytes that belong to no field and no body (CURLOPT_DEBUGFUNCTION(3)).
        set(CURLOPT_VERBOSE, 1)
        _ = martlet_curl_setopt_debug(library.setOption, handle) { _, kind, _, count, context in
            if kind == CURLINFO_DATA_IN || kind == CURLINFO_HEADER_IN {
                Unmanaged<CurlExchange>.fromOpaque(context!).takeUnretainedValue().noteReceived(bytes: count)
            }
            return 0
        }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        let code = library.set(option, value, on: handle)
        precondition(code == CURLE_OK, "libcurl refused an option")
    }

    private func set(_ option: CURLoption, _ text: String) {
        let code = library.set(option, text, on: handle)
        precondition(code == CURLE_OK, "libcurl refused an option")
    }
}
