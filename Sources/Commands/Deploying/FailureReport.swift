import Core

/// The end of a deployment that failed: the cause in one line, the log that matters, what to do, what to run.
struct FailureReport {
    let deployment: Deployment
    let log: DeploymentTail
    /// What was live before, and still is.
    let liveRelease: Int?
    let retry: String

    func lines(style: Style) -> [String] {
        let cause =
            deployment.failure?.message ?? (deployment.notes.isEmpty ? "The deployment failed." : deployment.notes)
        var lines = ["", "\(style("Failed:", .red)) \(oneLine(cause))"]
        if let failure = deployment.failure {
            lines += log.relevant(to: failure.step).map { style("  \($0)", .dim) }
            if let hint = failure.hint { lines.append(oneLine(hint)) }
        }
        if let liveRelease, liveRelease != deployment.version { lines.append("Release \(liveRelease) stays live.") }
        lines.append("Try: \(style(nextCommand, .bold))")
        return lines
    }

    // MARK: - Private

    private var nextCommand: String {
        let project = deployment.projectName
        switch deployment.failure?.step {
        case .start, .healthy, .live: return "nodepilot logs \(project) -n 100"
        case .install, .build: return deployment.kind == .deploy ? "\(retry) --verbose" : "nodepilot status \(project)"
        case .upload, .unpack, .detect: return retry
        case nil: return "nodepilot status \(project)"
        }
    }

    private func oneLine(_ text: String) -> String {
        TerminalText.safe(String(text.prefix { !$0.isNewline }))
    }
}
