/// How it is found out that an instance serves.
package struct HealthCheck: Sendable {
    /// A path that must answer 2xx or 3xx; nil: `/` with anything below 500.
    package var path: String?
    package var timeout: Duration
    /// The longest pause between two attempts; the first ones come after 10 ms, doubling.
    package var interval: Duration
    package var requestTimeout: Duration
    /// A service without a port is healthy when it has lived for this long.
    package var aliveFor: Duration

    package init(
        path: String? = nil, timeout: Duration = .seconds(60), interval: Duration = .seconds(1),
        requestTimeout: Duration = .seconds(5), aliveFor: Duration = .seconds(5)
    ) {
        self.path = path
        self.timeout = timeout
        self.interval = interval
        self.requestTimeout = requestTimeout
        self.aliveFor = aliveFor
    }

    /// Whether an answer with this status passes.
    func accepts(_ status: Int) -> Bool {
        path == nil ? (200..<500).contains(status) : (200..<400).contains(status)
    }
}

/// How an instance was found healthy.
package struct HealthReport: Sendable, Hashable {
    package var attempts: Int
    package var duration: Duration
    /// "GET / answered 200 after 3 tries".
    package var detail: String
}
