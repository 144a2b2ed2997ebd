import APIClient
import Synchronization

/// Feeds a reporter with what happens and with time, and writes what it says.
final class DeploymentScreen: Sendable {
    private struct State {
        var reporter: any DeploymentReporter
        var hasStatus = false
        /// When the status was last written: more often than the eye sees is only load.
        var statusTime = ContinuousClock.Instant.now - .seconds(1)
    }

    private let state: Mutex<State>
    private let console: any Console
    private let isInteractive: Bool
    private let began = ContinuousClock.now

    init(_ reporter: any DeploymentReporter, context: CommandContext) {
        state = Mutex(State(reporter: reporter))
        console = context.console
        isInteractive = context.terminal.isInteractive
    }

    func show(_ input: DeployingInput) {
        let elapsed = began.duration(to: .now)
        state.withLock { state in
            for output in state.reporter.receive(input, at: elapsed) { write(output, &state) }
        }
    }

    /// Runs `work`, and meanwhile lets the times on the screen go on.
    func whileShowing<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        defer { clear() }
        guard isInteractive else { return try await work() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(100))
                    self.show(.tick)
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    // MARK: - Private

    private func clear() {
        state.withLock { state in
            if state.hasStatus { console.write("\r\u{1b}[K") }
            state.hasStatus = false
        }
    }

    private func write(_ output: DeployingOutput, _ state: inout State) {
        let start = state.hasStatus ? "\r\u{1b}[K" : ""
        switch output {
        case .line(let text):
            console.write("\(start)\(text)\n")
            state.hasStatus = false
        case .status(let text):
            let now = ContinuousClock.now
            guard state.statusTime.duration(to: now) >= .milliseconds(40) else { return }
            state.statusTime = now
            console.write("\(start)\(text)")
            state.hasStatus = true
        case .error(let text):
            if state.hasStatus { console.write(start) }
            console.writeError("\(text)\n")
            state.hasStatus = false
        }
    }
}
