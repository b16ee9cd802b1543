import CPostgres
import Glibc

extension Connection {
    /// A caller's check of a host, on the connection that the host has just taken. It waits until the deadline at most,
    /// and throws if the host is not the right one.
    package typealias HostCheck = (_ connection: inout Connection, _ deadline: Deadline) throws(PostgresError) -> Void

    /// Connects to the first host of an address that takes the connection, accepts writes and passes a check.
    ///
    /// Each host has a time of its own, so that one that hangs does not keep the others from being tried: libpq would
    /// wait for it. The lookup of its name and the check are parts of this time. If the name has several addresses,
    /// each has such a time: the first address is tried at once, and the others after the first addresses of all hosts.
    /// libpq itself looks up a host that is not in the address, but in a service file or in `PGHOST`.
    ///
    /// - Parameters:
    ///   - application: The name of the program, as `pg_stat_activity` shows it.
    ///   - deadline: For all hosts together.
    ///   - check: Is called for each host that takes the connection. One that fails it is passed over.
    /// - Throws: ``PostgresError/Cause/unreachable(_:)`` with the reason of each host; those that took the connection
    ///   come first.
    package static func open(
        _ address: ConnectionAddress, application: String, with library: PostgresLibrary,
        limits: ConnectionLimits = ConnectionLimits(), until deadline: Deadline,
        checking check: HostCheck = { (_: inout Connection, _: Deadline) in }
    ) throws(PostgresError) -> Connection {
        try open(
            address, application: application, with: library, limits: limits, until: deadline, by: NameLookup.resolve,
            checking: check)
    }

    /// Does the same as ``open(_:application:with:limits:until:checking:)``, with another lookup of names.
    static func open(
        _ address: ConnectionAddress, application: String, with library: PostgresLibrary, limits: ConnectionLimits,
        until deadline: Deadline, by resolve: @escaping NameLookup.Resolve,
        checking check: HostCheck = { (_: inout Connection, _: Deadline) in }
    ) throws(PostgresError) -> Connection {
        var reasons: [String] = []
        var reachedCount = 0
        var answer: PostgresError?
        var hosts = address.hosts
        // The second round is for hosts whose share of the time was too short.
        for _ in 0..<2 where !hosts.isEmpty && !deadline.hasPassed {
            var cutShort: [ConnectionAddress.Host] = []
            var rest = hosts[...]
            while !deadline.hasPassed, let host = rest.popFirst() {
                let share = ConnectShare(
                    ofMilliseconds: deadline.millisecondsLeft, among: 1 + rest.count,
                    asked: address.connectMilliseconds, longest: limits.connectMillisecondsPerHost)
                let end = Deadline.after(milliseconds: share.milliseconds).orEarlier(deadline)
                do throws(PostgresError) {
                    let found = try host.lookedUp(until: end, by: resolve)
                    guard found.count == 1 else {
                        // Breadth first: a host whose addresses are all silent must not take the time of the others.
                        rest.insert(found[0], at: rest.startIndex)
                        rest.append(contentsOf: found.dropFirst())
                        continue
                    }
                    var connection = try open(
                        address.parameters(for: found[0], application: application), at: host, with: library,
                        limits: limits, until: end)
                    try check(&connection, end)
                    return connection
                } catch {
                    // The addresses of a host usually fail for the same reason.
                    let reason = "\(host): \(error.message)"
                    // A host that answered says more than one that is not there, and a message has room for a few.
                    if error.state != nil { answer = error }
                    let isReached = if case .unreachable = error.cause { false } else { true }
                    if !reasons.contains(reason) {
                        reasons.insert(reason, at: isReached ? reachedCount : reasons.count)
                        reachedCount += isReached ? 1 : 0
                    }
                    if end.hasPassed, share.isCut { cutShort.append(host) }
                }
            }
            hosts = cutShort
        }
        let reason = reasons.isEmpty ? "there was no time to connect" : reasons.joined(separator: "; ")
        throw PostgresError(.unreachable(answer?.state), reason, statement: answer?.statement ?? "")
    }

    private static func open(
        _ parameters: [(keyword: String, value: String)], at host: ConnectionAddress.Host,
        with library: PostgresLibrary, limits: ConnectionLimits, until deadline: Deadline
    ) throws(PostgresError) -> Connection {
        let keywords = CStringList(parameters.map(\.keyword))
        let values = CStringList(parameters.map(\.value))
        guard let handle = library.functions.PQconnectStartParams(keywords.pointers, values.pointers, 0) else {
            throw PostgresError(.refusedCall, "libpq has no memory for a connection")
        }
        do throws(PostgresError) {
            try finish(handle, library, until: deadline)
        } catch {
            library.functions.PQfinish(handle)
            throw error
        }
        return try Connection(owning: handle, library, to: host, limits: limits)
    }

    /// Moves a connection on until it is made (PQconnectPoll).
    private static func finish(
        _ handle: OpaquePointer, _ library: PostgresLibrary, until deadline: Deadline
    ) throws(PostgresError) {
        // The messages then begin with the code of the error, which libpq gives in no other way.
        _ = library.functions.PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        defer { _ = library.functions.PQsetErrorVerbosity(handle, PQERRORS_DEFAULT) }
        guard library.functions.PQstatus(handle) != CONNECTION_BAD else { throw failure(of: handle, library) }
        var events = Int16(POLLOUT)
        while true {
            guard try SocketWait.wait(for: events, of: library.functions.PQsocket(handle), until: deadline) else {
                throw PostgresError(.unreachable(nil), "no answer in time")
            }
            switch library.functions.PQconnectPoll(handle) {
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            case PGRES_POLLING_OK: return
            default: throw failure(of: handle, library)
            }
        }
    }

    private static func failure(of handle: OpaquePointer, _ library: PostgresLibrary) -> PostgresError {
        let message = ConnectMessage(message(of: handle, library))
        return PostgresError(.unreachable(message.state), message.text)
    }
}

/// The message of a connection that was not made: `connection to server at "db1", port 5432 failed: FATAL:  53300:
/// sorry, too many clients already; LOCATION:  InitProcess, proc.c:353`.
struct ConnectMessage: Equatable {
    let state: SQLState?
    /// The message as a part of a sentence: without the code, the place in the server's source, libpq's question
    /// whether the server runs, and a full stop.
    let text: String

    init(_ message: String) {
        var text = message
        for end in ["; LOCATION:", "; Is the server running"] {
            if let found = text.split(separator: end, maxSplits: 1).first { text = String(found) }
        }
        if text.hasSuffix(".") { text.removeLast() }
        // The severity may be in any language; two blanks follow it.
        let candidates = text.split(separator: ":  ").dropFirst().map { String($0.prefix(5)) }
        let code = candidates.first { SQLState($0) != nil }
        state = code.flatMap { SQLState($0) }
        if let code { text = text.split(separator: ":  \(code): ", maxSplits: 1).joined(separator: ":  ") }
        self.text = text
    }
}

extension ConnectionAddress.Host {
    /// The largest number of addresses of a host that are tried: as many as an address may have hosts.
    private static let addressesMax = ConnectionAddress.hostsMax

    /// The host once for each of its addresses. Each keeps the name, which the server's certificate has. libpq could
    /// take all addresses at once, but then a silent one would use up the time of all.
    func lookedUp(
        until deadline: Deadline, by resolve: @escaping NameLookup.Resolve = NameLookup.resolve
    ) throws(PostgresError) -> [ConnectionAddress.Host] {
        // Only names are looked up, and not the folder of a socket (/) or an abstract socket (@).
        guard let name, numericAddress == nil, !name.hasPrefix("/"), !name.hasPrefix("@") else { return [self] }
        let addresses = try NameLookup.addresses(of: name, until: deadline, by: resolve)
        precondition(!addresses.isEmpty, "a name that is found must have an address")
        return addresses.prefix(Self.addressesMax).map {
            ConnectionAddress.Host(name: name, numericAddress: $0, port: port)
        }
    }
}

extension ConnectionAddress {
    /// The time for one host that the address gives (`connect_timeout`); `nil` if it gives none.
    fileprivate var connectMilliseconds: Int? {
        guard let text = value(of: "connect_timeout"), let seconds = Int(text), seconds > 0 else { return nil }
        return min(seconds, Self.connectSecondsMax) * 1000
    }

    private static let connectSecondsMax = 3600

    /// The parameters of a connection to one host. A server that takes no writes is refused, whatever the address says.
    func parameters(for host: Host, application: String) -> [(keyword: String, value: String)] {
        let fixed = [
            ("target_session_attrs", "read-write"), ("client_encoding", "UTF8"),
            ("fallback_application_name", application),
        ]
        var parameters = options.filter { option in
            option.keyword != "connect_timeout" && !fixed.contains { $0.0 == option.keyword }
        }.map { (keyword: $0.keyword, value: $0.value) }
        parameters += fixed.map { (keyword: $0.0, value: $0.1) }
        for (keyword, value) in [("host", host.name), ("hostaddr", host.numericAddress), ("port", host.port)] {
            if let value { parameters.append((keyword, value)) }
        }
        return parameters
    }
}

/// Strings as libpq takes them, with a null pointer after the last.
private final class CStringList {
    let pointers: [UnsafePointer<CChar>?]

    init(_ strings: [String]) {
        pointers = strings.map { strdup($0).map { UnsafePointer($0) } } + [nil]
    }

    deinit {
        // One of the strings is the password.
        for case let pointer? in pointers {
            let address = UnsafeMutablePointer(mutating: pointer)
            explicit_bzero(address, strlen(address))
            free(address)
        }
    }
}
