import API
import AccrualClient
import Configuration
import Front
import HTTP
import Loyalty
import Posix
import SignIn

/// The structures by which rooms are configured, as they follow from the settings.
extension Configuration {
    /// If no other limit is set, one address may have all connections divided by this.
    private static let addressesThatFillConnections = 8

    /// ``front`` with the numbers that 0 stands for.
    var effectiveFront: FrontConfiguration {
        var front = front
        front.eventLoops = http.eventLoops == 0 ? ProcessSetup.coreCount : http.eventLoops
        front.connectionsPerAddressMax =
            http.connectionsPerAddressMax == 0
            ? max(1, front.connectionsMax / Self.addressesThatFillConnections) : http.connectionsPerAddressMax
        return front
    }

    var api: GophermartAPI.Settings {
        var settings = GophermartAPI.Settings()
        settings.bodyBytesMax = front.limits.bodyBytesMax
        settings.sessionSeconds = Int64(sessions.lifetimeSeconds)
        settings.cookieIsSecure = sessions.cookieIsSecure
        settings.allowedOrigins = http.allowedOrigins
        settings.trustedProxies = trustedProxies.compactMap { IPNetwork($0) }
        settings.sharedOrigins = corsOrigins
        settings.cookieName = sessions.cookieName
        if web.hasCustomerPage {
            settings.customerPage = ShopPage("Customer", of: shop, passwordBytesMin: accounts.passwordBytesMin)
        }
        return settings
    }

    var staffAPI: StaffAPI.Settings {
        var settings = StaffAPI.Settings()
        settings.bodyBytesMax = front.limits.bodyBytesMax
        settings.cookieIsSecure = sessions.cookieIsSecure
        settings.allowedOrigins = http.allowedOrigins
        settings.trustedProxies = trustedProxies.compactMap { IPNetwork($0) }
        settings.adjustmentMax = Points(hundredths: Int64(staff.adjustmentPointsMax) * 100)
        settings.isRegistrationOpen = accounts.isRegistrationOpen
        settings.page = ShopPage("Staff", of: shop, passwordBytesMin: staff.passwordBytesMin)
        settings.hostNames = hostNames
        return settings
    }

    var accrualAPI: AccrualAPI.Settings {
        var settings = AccrualAPI.Settings()
        settings.bodyBytesMax = front.limits.bodyBytesMax
        settings.allowedOrigins = http.allowedOrigins
        settings.hostNames = hostNames
        return settings
    }

    /// The names that all listeners but the customers' accept: those of the setting, and those of the addresses on
    /// which the server listens.
    var hostNames: [String] {
        allowedHosts
            + [runAddress, accrual.listen.address, admin?.address, staffListen?.address].compactMap { $0?.host }
    }

    var accountPolicy: AccountPolicy {
        AccountPolicy(
            passwordBytesMin: accounts.passwordBytesMin, sessionSeconds: Int64(sessions.lifetimeSeconds),
            sessionsPerUserMax: sessions.perUserMax)
    }

    var staffPolicy: AccountPolicy {
        AccountPolicy(
            passwordBytesMin: staff.passwordBytesMin, sessionSeconds: StaffSignInService.sessionSeconds,
            sessionsPerUserMax: sessions.perUserMax)
    }

    var throttlePolicy: ThrottlePolicy {
        ThrottlePolicy(
            failuresPerLoginMax: accounts.failuresPerLoginMax,
            failuresPerNetworkMax: accounts.failuresPerAddressMax,
            registrationsPerHourMax: accounts.registrationsPerAddressMax,
            delaySecondsMax: Int64(accounts.delaySecondsMax), hashingPerSourceMax: accounts.hashingPerAddressMax)
    }

    /// ``pipeline`` with its delays.
    var effectivePipeline: PipelineConfiguration {
        var pipeline = pipeline
        pipeline.retryPolicy = RetryPolicy(
            delayMinMilliseconds: retries.delayMinMilliseconds, delayMaxMilliseconds: retries.delayMaxMilliseconds)
        return pipeline
    }
}
