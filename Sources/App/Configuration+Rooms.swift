import API
import AccrualClient
import Configuration
import Front
import HTTP
import Loyalty
import Posix
import SignIn

/// What each room gets of the configuration, in its own terms.
extension Configuration {
    /// One address may have this part of all connections, if nothing else is set.
    private static let addressesThatFillConnections = 8

    var front: FrontConfiguration {
        var front = FrontConfiguration()
        front.eventLoops = http.eventLoops == 0 ? ProcessSetup.coreCount : http.eventLoops
        front.limits.requestLineBytesMax = http.requestLineBytesMax
        front.limits.headBytesMax = http.headBytesMax
        front.limits.headFieldsMax = http.headFieldsMax
        front.limits.bodyBytesMax = http.bodyBytesMax
        front.timeouts.headMilliseconds = http.headTimeoutMilliseconds
        front.timeouts.bodyMilliseconds = http.bodyTimeoutMilliseconds
        front.timeouts.idleMilliseconds = http.idleTimeoutMilliseconds
        front.timeouts.writeMilliseconds = http.writeTimeoutMilliseconds
        front.connectionsMax = http.connectionsMax
        front.connectionsPerAddressMax =
            http.connectionsPerAddressMax == 0
            ? max(1, http.connectionsMax / Self.addressesThatFillConnections) : http.connectionsPerAddressMax
        front.bufferedBytesMax = http.bufferedBytesMax
        return front
    }

    var api: GophermartAPI.Settings {
        var settings = GophermartAPI.Settings()
        settings.bodyBytesMax = http.bodyBytesMax
        settings.sessionSeconds = Int64(sessions.lifetimeSeconds)
        settings.cookieIsSecure = sessions.cookieIsSecure
        settings.allowedOrigins = http.allowedOrigins
        settings.trustedProxies = trustedProxies.compactMap { IPNetwork($0) }
        settings.sharedOrigins = corsOrigins
        settings.cookieName = sessions.cookieName
        return settings
    }

    var eventLimits: EventHub.Limits {
        var limits = EventHub.Limits()
        limits.heartbeatMilliseconds = events.heartbeatMilliseconds
        limits.streamsMax = events.streamsMax
        limits.streamsPerUserMax = events.streamsPerUserMax
        return limits
    }

    var accrualAPI: AccrualAPI.Settings {
        var settings = AccrualAPI.Settings()
        settings.bodyBytesMax = http.bodyBytesMax
        settings.allowedOrigins = http.allowedOrigins
        settings.hostNames = hostNames
        return settings
    }

    /// The names under which the listeners without sessions are served: those of the setting, and those of the addresses that
    /// the owner has the server listen on.
    var hostNames: [String] {
        allowedHosts + [runAddress, accrual.listen.address, admin?.address].compactMap { $0?.host }
    }

    var accountPolicy: AccountPolicy {
        AccountPolicy(
            passwordBytesMin: accounts.passwordBytesMin, sessionSeconds: Int64(sessions.lifetimeSeconds),
            sessionsPerUserMax: sessions.perUserMax)
    }

    var throttlePolicy: ThrottlePolicy {
        ThrottlePolicy(
            failuresPerLoginMax: accounts.failuresPerLoginMax,
            failuresPerNetworkMax: accounts.failuresPerAddressMax,
            registrationsPerHourMax: accounts.registrationsPerAddressMax,
            delaySecondsMax: Int64(accounts.delaySecondsMax), hashingPerSourceMax: accounts.hashingPerAddressMax)
    }

    var pipeline: PipelineConfiguration {
        var pipeline = PipelineConfiguration()
        pipeline.intervalMilliseconds = dispatcher.intervalMilliseconds
        pipeline.jobsPerTickMax = dispatcher.jobsPerTickMax
        pipeline.workers = dispatcher.workers
        pipeline.requestTimeoutMilliseconds = dispatcher.requestTimeoutMilliseconds
        pipeline.retryPolicy = RetryPolicy(
            delayMinMilliseconds: dispatcher.retryDelayMinMilliseconds,
            delayMaxMilliseconds: dispatcher.retryDelayMaxMilliseconds)
        pipeline.requestsPerMinuteMax = dispatcher.requestsPerMinute == 0 ? nil : dispatcher.requestsPerMinute
        pipeline.poolMax = dispatcher.poolMax
        return pipeline
    }
}
