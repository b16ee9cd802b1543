import CCurl
import Loyalty
import Posix

/// Asks an accrual system over HTTP or HTTPS, with one libcurl handle that keeps its connection. Confined to its worker's
/// thread.
package final class CurlTransport: AccrualTransport {
    private let library: CurlLibrary
    private let handle: UnsafeMutableRawPointer
    /// The URL up to the number.
    private let prefix: String
    private let exchange: Exchange

    /// What libcurl's callbacks need; they get its address.
    private final class Exchange {
        var body: [UInt8] = []
        let cancellation: Cancellation

        init(_ cancellation: Cancellation) {
            self.cancellation = cancellation
        }
    }

    /// - Parameter url: where the accrual system is, without a slash at its end.
    package init(library: CurlLibrary, url: String, timeoutMilliseconds: Int, cancellation: Cancellation) {
        self.library = library
        guard let handle = library.makeHandle() else { preconditionFailure("there is memory for a handle") }
        self.handle = handle
        prefix = "\(url)/api/orders/"
        exchange = Exchange(cancellation)
        configure(timeoutMilliseconds: timeoutMilliseconds)
    }

    deinit {
        library.cleanUp(handle)
    }

    package func ask(about order: OrderNumber) throws(TransportError) -> TransportAnswer {
        exchange.body.removeAll(keepingCapacity: true)
        set(CURLOPT_URL, prefix + order.digits)
        let code = library.perform(handle)
        var status = 0
        _ = martlet_curl_getinfo_long(library.getInfo, handle, CURLINFO_RESPONSE_CODE, &status)
        guard code == CURLE_OK else {
            // Its head says all that counts, whatever is wrong with the rest.
            if status == 429 { return TransportAnswer(status: status, retryAfterSeconds: retryAfterSeconds) }
            if code == CURLE_WRITE_ERROR {
                throw TransportError(reason: "an answer of over \(AccrualAnswer.bodyBytesMax) bytes")
            }
            throw TransportError(
                reason: library.errorText(code).map { String(cString: $0) } ?? "error \(code.rawValue)")
        }
        return TransportAnswer(status: status, retryAfterSeconds: retryAfterSeconds, body: exchange.body)
    }

    /// Seconds however many, which libcurl reads only as far as they fit a number, or a date, of which it makes seconds
    /// (CURLINFO_RETRY_AFTER(3)): one that has passed is below zero, what it can't read is zero.
    private var retryAfterSeconds: Int? {
        guard let field = martlet_curl_field(library.header, handle, "Retry-After") else { return nil }
        let text = String(cString: field)
        if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return Int(text) ?? .max }
        var seconds: curl_off_t = 0
        _ = martlet_curl_getinfo_offset(library.getInfo, handle, CURLINFO_RETRY_AFTER, &seconds)
        return seconds == 0 ? nil : Int(clamping: max(0, Int64(seconds)))
    }

    private func configure(timeoutMilliseconds: Int) {
        // Without it, a time-out while a name is resolved would be a signal to the whole process.
        set(CURLOPT_NOSIGNAL, 1)
        // Without it, a name server that is silent would hold the worker beyond any time-out, and a stop with it. An older
        // libcurl does not know it.
        _ = martlet_curl_setopt_long(library.setOption, handle, CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        // A redirect is an answer that can't be trusted, and is told as one.
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_TIMEOUT_MS, timeoutMilliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, timeoutMilliseconds)
        set(CURLOPT_USERAGENT, "martlet")
        set(CURLOPT_NOPROGRESS, 0)
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        _ = martlet_curl_setopt_pointer(library.setOption, handle, CURLOPT_WRITEDATA, context)
        _ = martlet_curl_setopt_pointer(library.setOption, handle, CURLOPT_XFERINFODATA, context)
        _ = martlet_curl_setopt_write(library.setOption, handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let exchange = Unmanaged<Exchange>.fromOpaque(context!).takeUnretainedValue()
            let received = UnsafeRawBufferPointer(start: bytes, count: size * count)
            // Taking less than was given ends the transfer.
            guard exchange.body.count + received.count <= AccrualAnswer.bodyBytesMax else { return 0 }
            exchange.body.append(contentsOf: received)
            return received.count
        }
        _ = martlet_curl_setopt_progress(library.setOption, handle, CURLOPT_XFERINFOFUNCTION) { context, _, _, _, _ in
            // Called at least once a second (CURLOPT_XFERINFOFUNCTION(3)); anything but 0 ends the transfer.
            Unmanaged<Exchange>.fromOpaque(context!).takeUnretainedValue().cancellation.isCancelled ? 1 : 0
        }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        let code = martlet_curl_setopt_long(library.setOption, handle, option, value)
        precondition(code == CURLE_OK, "libcurl knows the option")
    }

    /// libcurl keeps a copy of the text.
    private func set(_ option: CURLoption, _ text: String) {
        let code = martlet_curl_setopt_pointer(library.setOption, handle, option, text)
        precondition(code == CURLE_OK, "libcurl knows the option")
    }
}
