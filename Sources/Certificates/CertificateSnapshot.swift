import TLS

/// Which certificate serves which host, at one moment.
struct CertificateSnapshot: Sendable {
    private var exact: [String: TLSContext] = [:]
    /// By the host without its first part.
    private var wildcard: [String: TLSContext] = [:]
    private let fallback: TLSContext

    init(fallback: TLSContext) {
        self.fallback = fallback
    }

    func context(for host: String?) -> TLSContext {
        guard let host else { return fallback }
        if let context = exact[host] { return context }
        guard let dot = host.firstIndex(of: ".") else { return fallback }
        return wildcard[String(host[host.index(after: dot)...])] ?? fallback
    }

    /// - Parameter host: in lower case; `*.` in front stands for one further part (RFC 6125 section 6.4.3).
    mutating func set(_ context: TLSContext, for host: String) {
        if host.hasPrefix("*.") {
            wildcard[String(host.dropFirst(2))] = context
        } else {
            exact[host] = context
        }
    }
}
