import Core
import FoundationEssentials
import Logging
import Store

/// Records one deployment while it happens: steps with their times, and the log, line by line.
///
/// Lines reach the database before they reach a reader, so that whoever reads the database and then listens has every
/// line once. They are written in batches: each transaction costs an fsync.
actor Journal {
    static let maximumLines = 10_000
    /// Of all lines together: a program may write long ones.
    static let maximumBytes = 4 << 20
    private static let batch = 256
    private static let latency = Duration.milliseconds(100)

    private(set) var deployment: Deployment
    private let store: Store
    private let hub: EventHub
    private let logger: Logger
    private var seq = 0
    private var bytes = 0
    private var isFull = false
    private var unsaved: [DeploymentLogLine] = []
    private var unsavedSteps: Set<DeploymentStep.Name> = []
    private var stepBegan: ContinuousClock.Instant?
    private var flusher: Task<Void, Never>?
    /// Batches are saved one after the other: line 257 never reaches a reader before line 1.
    private let saving = Turns<Saving>()

    private enum Saving: Hashable { case only }

    init(_ deployment: Deployment, store: Store, hub: EventHub, logger: Logger) {
        self.deployment = deployment
        self.store = store
        self.hub = hub
        self.logger = logger
    }

    /// Runs one step; an error marks it failed and goes on to the caller.
    /// - Parameter body: returns the step's detail in words.
    func step<Result: Sendable>(
        _ name: DeploymentStep.Name, _ body: @Sendable () async throws -> (Result, detail: String)
    ) async throws -> Result {
        begin(name)
        do {
            let (result, detail) = try await body()
            end(name, .success, detail: detail)
            return result
        } catch {
            end(name, .failed, detail: "")
            throw error
        }
    }

    func skip(_ name: DeploymentStep.Name, because detail: String) {
        begin(name)
        end(name, .skipped, detail: detail)
    }

    /// A step that was over before the journal began.
    func add(_ step: DeploymentStep) {
        deployment.steps.append(step)
        changed(step.name)
    }

    /// Says how far the running step is.
    func progress(_ detail: String) {
        guard !deployment.steps.isEmpty else { return }
        deployment.steps[deployment.steps.count - 1].detail = detail
        announce()
    }

    /// Adds a line to the log of the step that runs. Waits when the database does not keep up.
    func log(_ text: String) async {
        guard !isFull else { return }
        seq += 1
        bytes += text.utf8.count
        isFull = seq == Self.maximumLines || bytes > Self.maximumBytes
        unsaved.append(
            DeploymentLogLine(
                deploymentID: deployment.id, seq: seq, at: Date(), step: deployment.steps.last?.name ?? .upload,
                text: isFull ? "… there is too much of it: the rest is not kept" : text))
        if unsaved.count >= Self.batch { await flush() } else { flushSoon() }
    }

    func setVersion(_ number: Int) { deployment.version = number }

    /// Records the end. The last word on the deployment, saved before anyone hears of it.
    func finish(_ status: Deployment.Status, notes: String, failure: DeploymentFailure? = nil) async {
        flusher?.cancel()
        await flush()
        deployment.status = status
        deployment.notes = notes
        deployment.failure = failure
        deployment.finishedAt = Date()
        do {
            try await store.finishDeployment(
                id: deployment.id, status: status, version: deployment.version, notes: notes, failure: failure)
        } catch {
            logger.error("The end of a deployment could not be recorded", metadata: metadata(error))
        }
        announce()
    }

    /// Ends as failed at the step that ran last, with the cause in words.
    func fail(_ error: any Error) async -> NodePilotError {
        let known = error as? NodePilotError ?? unexpected(error)
        let step = deployment.steps.last?.name ?? .upload
        for line in [known.message] + [known.hint].compactMap(\.self) + known.output { await log(line) }
        let failure = DeploymentFailure(step: step, code: known.code, message: known.message, hint: known.hint)
        await finish(.failed, notes: known.message, failure: failure)
        return known
    }

    // MARK: - Private

    private func begin(_ name: DeploymentStep.Name) {
        stepBegan = .now
        deployment.steps.append(DeploymentStep(name: name, status: .running, startedAt: Date()))
        changed(name)
    }

    private func end(_ name: DeploymentStep.Name, _ status: DeploymentStep.Status, detail: String) {
        guard let index = deployment.steps.lastIndex(where: { $0.name == name }) else { return }
        let taken = stepBegan.map { ContinuousClock.now - $0 } ?? .zero
        deployment.steps[index].status = status
        deployment.steps[index].durationMs = taken.milliseconds
        if status != .failed { deployment.steps[index].detail = detail }
        changed(name)
    }

    private func changed(_ step: DeploymentStep.Name) {
        unsavedSteps.insert(step)
        announce()
        flushSoon()
    }

    private func announce() { hub.send(.deployment(deployment)) }

    private func flushSoon() {
        guard flusher == nil else { return }
        flusher = Task { [weak self] in
            try? await Task.sleep(for: Self.latency)  // cancelled: flush at once
            await self?.flush()
        }
    }

    /// Returns when everything that was there before the call is saved and told.
    private func flush() async {
        flusher = nil
        do {
            try await saving.withTurn(.only, evenIfCancelled: true) { await self.save() }
        } catch {
            logger.error("The log of a deployment could not be saved", metadata: metadata(error))
        }
    }

    /// What cannot be saved is kept for the next time, and not told to anyone before.
    private func save() async {
        let lines = unsaved
        let names = unsavedSteps
        let steps = deployment.steps.filter { names.contains($0.name) }
        unsaved.removeAll()
        unsavedSteps.removeAll()
        guard !lines.isEmpty || !steps.isEmpty else { return }
        do {
            try await store.recordProgress(deployment: deployment.id, steps: steps, lines: lines)
        } catch {
            unsaved.insert(contentsOf: lines, at: 0)
            unsavedSteps.formUnion(names)
            return logger.error("The log of a deployment could not be saved", metadata: metadata(error))
        }
        for line in lines { hub.send(.deploymentLog(line, project: deployment.projectID)) }
    }

    private func unexpected(_ error: any Error) -> NodePilotError {
        logger.error("A deployment failed unexpectedly", metadata: metadata(error))
        return NodePilotError(
            .internal, "Something went wrong inside NodePilot.",
            hint: "The server's log says what: journalctl -u nodepilot")
    }

    private func metadata(_ error: any Error) -> Logger.Metadata {
        ["deployment": "\(deployment.id)", "project": "\(deployment.projectName)", "error": "\(error)"]
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
