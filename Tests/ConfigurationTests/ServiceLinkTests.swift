import Testing

@testable import Configuration

@Suite struct ServiceLinkTests {
    /// Kubernetes makes the first seven for a service called `martlet` with port 8080, and the others for services with
    /// longer names and for named ports.
    private static let links = [
        ("MARTLET_SERVICE_HOST", "10.96.0.12"), ("MARTLET_SERVICE_PORT", "8080"),
        ("MARTLET_PORT", "tcp://10.96.0.12:8080"), ("MARTLET_PORT_8080_TCP", "tcp://10.96.0.12:8080"),
        ("MARTLET_PORT_8080_TCP_PROTO", "tcp"), ("MARTLET_PORT_8080_TCP_PORT", "8080"),
        ("MARTLET_PORT_8080_TCP_ADDR", "10.96.0.12"), ("MARTLET_SERVICE_PORT_HTTP", "8080"),
        ("MARTLET_SERVICE_PORT_ADMIN_HTTP", "8082"), ("MARTLET_PORT_53_UDP_ADDR", "10.96.0.12"),
        ("MARTLET_SHOP_SERVICE_HOST", "10.96.0.13"), ("MARTLET_SHOP_PORT", "tcp://10.96.0.13:80"),
        ("MARTLET_SHOP_PORT_80_TCP", "tcp://10.96.0.13:80"), ("MARTLET_PORT", "udp://[fd00::c]:53"),
        ("MARTLET_HTTP_SERVICE_PORT_8080", "8080"),
    ]

    /// Each of these may be an attempt to set something.
    private static let others = [
        ("MARTLET_PORT", "8080"), ("MARTLET_PORT", ""), ("MARTLET_PORT_8080", "x"), ("MARTLET_PORT_TCP", "x"),
        ("MARTLET_ADMIN_PORT", "8082"), ("MARTLET_PORT_80800_TCP", "x"), ("MARTLET_PORT_80_TCP_NAME", "x"),
        ("MARTLET_PORT_80_TCP_ADDR_X", "x"), ("MARTLET_SERVICE", "x"), ("MARTLET_SERVICE_NAME", "x"),
        ("MARTLET_SERVICE_HOST_NAME", "x"), ("MARTLET_LOG_LEVLE", "debug"), ("MARTLET_", "x"), ("MARTLET_PORT_", "x"),
        ("MARTLET_IMPORT_8080_TCP", "tcp://10.96.0.12:8080"), ("MARTLET_SERVICES_HOST", "10.96.0.12"),
    ]

    @Test func variablesOfServicesAreKnown() {
        for (name, value) in Self.links { #expect(ServiceLink.isVariable(name, value: value), "\(name)=\(value)") }
        for (name, value) in Self.others { #expect(!ServiceLink.isVariable(name, value: value), "\(name)=\(value)") }
    }

    /// No setting may be taken for such a variable, whatever is added.
    @Test func settingsAreNoServices() {
        for setting in Settings.all where ServiceLink.isVariable(setting.environment, value: "tcp://10.96.0.12:80") {
            Issue.record("\(setting.environment)")
        }
    }

    @Test func theyCauseNoWarning() throws {
        let environment = Dictionary(Self.links) { $1 }.merging(["MARTLET_LOG_LEVLE": "debug"]) { $1 }
        let warnings = try ConfigurationLoader.load(flags: [], file: nil, environment: environment) {
            (_) throws(ConfigurationLoader.ReadError) in throw .missing
        }.warnings
        #expect(warnings == ["MARTLET_LOG_LEVLE: no setting has this name"])
    }
}
