import Core
import Synchronization

/// The limits of the API: on signing in, and on each token.
final class RateLimits: Sendable {
    private struct State {
        var loginsByName = RateBuckets(burst: 5, perMinute: 5)
        var loginsByAddress = RateBuckets(burst: 20, perMinute: 20)
        var requests = RateBuckets(burst: 200, perMinute: 100)
        var auditedFailures = RateBuckets(burst: 60, perMinute: 30, capacity: 1)
    }

    private let state = Mutex(State())
    private let clocks: Clocks

    init(clocks: Clocks) { self.clocks = clocks }

    /// Before a password or a code is looked at.
    /// - Throws: `.rateLimited` after 5 attempts a minute for one name from one address, or 20 from one address.
    func admitLogin(name: String, address: String) throws(NodePilotError) {
        let now = clocks.uptime()
        let network = Self.network(of: address)
        // The address first: so one address cannot fill the memory with names.
        let wait = state.withLock { state in
            state.loginsByAddress.take(network, at: now)
                ?? state.loginsByName.take("\(network) \(name.lowercased())", at: now)
        }
        guard let wait else { return }
        throw Self.limited("Too many attempts to sign in.", wait)
    }

    /// - Throws: `.rateLimited` over 100 requests a minute with bursts of 200.
    func admitRequest(_ caller: Caller) throws(NodePilotError) {
        guard let key = caller.rateKey else { return }
        let now = clocks.uptime()
        guard let wait = state.withLock({ $0.requests.take(key, at: now) }) else { return }
        throw Self.limited("Too many requests with this token.", wait)
    }

    /// Whether one more failed sign-in may go to the audit, which a flood of them must not fill.
    func mayAuditFailure() -> Bool {
        let now = clocks.uptime()
        return state.withLock { $0.auditedFailures.take("", at: now) } == nil
    }

    // MARK: - Private

    private static func limited(_ message: String, _ wait: Duration) -> NodePilotError {
        let seconds = Int(wait.components.seconds) + 1
        return NodePilotError(
            .rateLimited, message, hint: "Try again in \(seconds) seconds.", retryAfter: seconds)
    }

    /// Of IPv6, whoever has one address has the /64 (RFC 4291 section 2.5.4).
    private static func network(of address: String) -> String {
        guard address.contains(":"), !address.hasPrefix("::ffff:") else { return address }
        var groups: [Substring] = []
        for group in address.split(separator: ":", omittingEmptySubsequences: false) {
            if group.isEmpty || groups.count == 4 { break }
            groups.append(group)
        }
        return groups.joined(separator: ":") + "::/64"
    }
}
