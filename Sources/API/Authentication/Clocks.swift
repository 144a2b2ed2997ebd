package import FoundationEssentials

/// Where the time comes from; tests bring their own.
package struct Clocks: Sendable {
    /// Since an arbitrary moment; never goes back.
    package var uptime: @Sendable () -> Duration
    package var date: @Sendable () -> Date

    package init(uptime: @escaping @Sendable () -> Duration, date: @escaping @Sendable () -> Date) {
        self.uptime = uptime
        self.date = date
    }

    package static var system: Clocks {
        let start = ContinuousClock.now
        return Clocks(uptime: { ContinuousClock.now - start }, date: { Date() })
    }
}
