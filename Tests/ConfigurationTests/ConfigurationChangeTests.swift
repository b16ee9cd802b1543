import Testing

@testable import Configuration

@Suite struct ConfigurationChangeTests {
    @Test func eachChangeIsAppliedOrWaitsForARestart() throws {
        for setting in Settings.all {
            var new = Configuration()
            #expect(setting.set(.text(ConfigurationTests.otherValue(of: setting).text), &new))
            let change = ConfigurationChange(from: Configuration(), to: new)
            let applies = ConfigurationChange.keysThatApply.contains(setting.key)
            #expect(change.applied == (applies ? [setting.key] : []))
            #expect(change.waiting == (applies ? [] : [setting.key]))
            #expect(change.configuration.document == (applies ? new : Configuration()).document)
        }
        #expect(ConfigurationChange.keysThatApply.isSubset(of: Settings.all.map(\.key)))
    }

    /// Changes that wait for a restart are reported each time, and applied changes only once.
    @Test func theConfigurationInForceIsComparedWithTheNext() {
        var new = Configuration()
        new.log.level = .debug
        new.http.eventLoops = 3
        let first = ConfigurationChange(from: Configuration(), to: new)
        let second = ConfigurationChange(from: first.configuration, to: new)
        #expect(second.applied == [])
        #expect(second.waiting == ["http.event_loops"])
    }
}
