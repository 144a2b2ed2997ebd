import Core
import Glibc

/// Asks an instance again and again until it serves, or the time is up.
struct HealthWatch: Sendable {
    let instance: String
    let pid: Int32
    let port: Int?
    let check: HealthCheck
    /// Whose listener it must be.
    let uid: UInt32
    /// The leaders of the other instances that we look after.
    let others: [Int32]
    let poller: Poller

    private var path: String { check.path ?? "/" }

    func run(_ onAttempt: @Sendable (Int, String) -> Void) async throws -> HealthReport {
        guard let port else { return try await stayAlive() }
        let began = ContinuousClock.now
        var pause = Duration.milliseconds(10)
        var attempts = 0
        while true {
            attempts += 1
            let finding = await look(port)
            let words = finding.inWords(path: path, port: port)
            onAttempt(attempts, words)
            let elapsed = ContinuousClock.now - began
            if case .healthy = finding {
                let tries = attempts == 1 ? "" : " after \(attempts) tries"
                return HealthReport(attempts: attempts, duration: elapsed, detail: words + tries)
            }
            if finding.isFinal || elapsed + pause > check.timeout {
                throw finding.failure(instance: instance, path: path, port: port, after: elapsed)
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, check.interval)
        }
    }

    // MARK: - Private

    private func stayAlive() async throws -> HealthReport {
        try await Task.sleep(for: check.aliveFor)
        return HealthReport(
            attempts: 1, duration: check.aliveFor, detail: "still running after \(Int(check.aliveFor / .seconds(1))) s")
    }

    private func look(_ port: Int) async -> HealthFinding {
        let probe = HealthProbe(port: port, path: path, timeout: check.requestTimeout, poller: poller)
        let answer = await probe.ask()
        if answer == .refused { return await BlockingWork.run { whereItListens(port) } }
        if let stranger = await BlockingWork.run({ strangers(on: port) }) { return stranger }
        switch answer {
        case .answered(let status): return check.accepts(status) ? .healthy(status: status) : .badStatus(status)
        case .nonsense: return .notHTTP
        case .refused, .timedOut: return .silent
        }
    }

    /// The instance is silent on its port: perhaps it listens somewhere else.
    private func whereItListens(_ port: Int) -> HealthFinding {
        let tree = ProcessTable.now().tree(of: pid).map(\.pid)
        let inodes = Listeners.inodes(of: tree)
        let ours = Listeners.now().all.filter { inodes.contains($0.inode) }
        if ours.contains(where: { $0.port == port }) { return .wrongAddress }
        return ours.map(\.port).min().map { .wrongPort($0) } ?? .nothingListens
    }

    /// Loopback ports have no owner: whoever was quicker may listen on ours.
    private func strangers(on port: Int) -> HealthFinding? {
        let listeners = Listeners.now().all.filter { $0.port == port && $0.isReachable }
        if let stranger = listeners.first(where: { $0.uid != uid }) {
            return .stranger(user: UnixDatabase().name(ofUser: stranger.uid) ?? "user \(stranger.uid)")
        }
        let table = ProcessTable.now()
        let taken = Listeners.inodes(of: others.flatMap { table.tree(of: $0) }.map(\.pid))
        let own = Listeners.inodes(of: table.tree(of: pid).map(\.pid))
        return listeners.contains { taken.contains($0.inode) && !own.contains($0.inode) } ? .taken : nil
    }
}
