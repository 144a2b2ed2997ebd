package import Core

/// The last lines of a deployment's log, by step; bounded, however much is logged.
package struct DeploymentTail: Sendable {
    private static let keptLines = 200
    private var lines: [(step: DeploymentStep.Name, text: String)] = []

    package init() {}

    package mutating func add(_ text: String, of step: DeploymentStep.Name) {
        lines.append((step, text))
        if lines.count > Self.keptLines * 2 { lines.removeFirst(lines.count - Self.keptLines) }
    }

    /// The lines that tell why `step` failed: its own, or where it wrote none, the last of those before.
    package func relevant(to step: DeploymentStep.Name, limit: Int = 12) -> [String] {
        let useful = lines.filter { !Self.isNoise($0.text) }
        let own = useful.filter { $0.step == step }
        return (own.isEmpty ? useful : own).suffix(limit).map(\.text)
    }

    // MARK: - Private

    /// Blank lines, and npm's pointer to a log that is on the server and soon gone.
    private static func isNoise(_ text: String) -> Bool {
        let bare = text.drop { $0.isWhitespace }
        return bare.isEmpty || bare.hasPrefix("npm error A complete log of this run")
            || bare.hasPrefix("npm ERR! A complete log of this run") || bare.contains("_logs/") || bare == "npm error"
    }
}
