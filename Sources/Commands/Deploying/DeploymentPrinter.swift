import APIClient
import Core

/// The deployment as people see it: a line for each step, the running one rewritten in place on a terminal.
package struct DeploymentPrinter: DeploymentReporter {
    /// How much the person wants to read.
    package enum Detail: Sendable {
        /// Failures alone.
        case failures
        case steps
        /// Steps and every line of the log.
        case everything
    }

    private struct Running {
        var name: DeploymentStep.Name
        var detail: String
        var began: Duration
    }

    private let layout: StepLayout
    private let detail: Detail
    /// How to do the same again: `nodepilot deploy ./shop --project shop`.
    private let retry: String
    private var upload: UploadProgress?
    private var uploadBegan = Duration.zero
    private var isUploadShown = false
    private var running: Running?
    private var shown: Set<DeploymentStep.Name> = []
    private var lastLogLine = 0
    private var log = DeploymentTail()
    private var project: ProjectView?

    package init(terminal: Terminal, detail: Detail = .steps, retry: String) {
        layout = StepLayout(terminal: terminal)
        self.detail = detail
        self.retry = retry
    }

    package mutating func receive(_ input: DeployingInput, at elapsed: Duration) -> [DeployingOutput] {
        let output = change(by: input, at: elapsed)
        guard detail == .failures else { return output }
        return output.filter { if case .error = $0 { true } else { false } }
    }

    // MARK: - Private

    private mutating func change(by input: DeployingInput, at elapsed: Duration) -> [DeployingOutput] {
        switch input {
        case .packing(let files, let bytes):
            return status("pack", "\(Measure.count(files, "file")), \(Measure.bytes(bytes))", at: elapsed)
        case .uploading(let progress):
            return uploading(progress, at: elapsed)
        case .accepted(let accepted):
            project = accepted.project
            return finishUpload(at: elapsed)
        case .event(.step(let step)):
            return finishUpload(at: elapsed) + changed(step, at: elapsed)
        case .event(.log(let line)):
            return logged(line, at: elapsed)
        case .event(.finished(let deployment)):
            return finishUpload(at: elapsed) + deployment.steps.flatMap { changed($0, at: elapsed) }
                + finished(deployment, at: elapsed)
        case .tick:
            return runningStatus(at: elapsed)
        }
    }

    private mutating func uploading(_ progress: UploadProgress, at elapsed: Duration) -> [DeployingOutput] {
        if upload == nil { uploadBegan = elapsed }
        upload = progress
        if progress.sentBytes >= progress.totalBytes { return finishUpload(at: elapsed) }
        let text = ProgressBar.text(done: progress.sentBytes, total: progress.totalBytes)
        return status("upload", text, since: uploadBegan, at: elapsed)
    }

    private mutating func finishUpload(at elapsed: Duration) -> [DeployingOutput] {
        guard let upload, !isUploadShown else { return [] }
        isUploadShown = true
        shown.insert(.upload)
        running = Running(name: .unpack, detail: "", began: elapsed)
        let text =
            layout.terminal.isInteractive
            ? ProgressBar.text(done: upload.totalBytes, total: upload.totalBytes) : Measure.bytes(upload.totalBytes)
        return [.line(layout.line("upload", text, time: Measure.duration(elapsed - uploadBegan)))]
    }

    /// A step may be told more than once: by the stream, by a stream that was opened again, and by the result.
    private mutating func changed(_ step: DeploymentStep, at elapsed: Duration) -> [DeployingOutput] {
        guard !shown.contains(step.name) else { return [] }
        switch step.status {
        case .running:
            let began = running?.name == step.name ? running?.began ?? elapsed : elapsed
            running = Running(name: step.name, detail: step.detail, began: began)
            return runningStatus(at: elapsed)
        case .skipped:
            shown.insert(step.name)
            return []
        case .success:
            shown.insert(step.name)
            if running?.name == step.name { running = nil }
            // What kind of app it is shows in what follows; the address closes the list.
            guard step.name != .detect, step.name != .live else { return [] }
            return [.line(layout.line(step.name.rawValue, step.detail, time: time(of: step)))]
        case .failed:
            shown.insert(step.name)
            running = nil
            return [.line(layout.failure(step.name.rawValue, step.detail, time: time(of: step)))]
        }
    }

    private mutating func logged(_ line: DeploymentLogLine, at elapsed: Duration) -> [DeployingOutput] {
        guard line.seq > lastLogLine else { return [] }
        lastLogLine = line.seq
        let text = TerminalText.safe(line.text)
        log.add(text, of: line.step)
        if detail == .everything { return [.line(layout.logLine(text))] }
        if running?.name == line.step { running?.detail = text }
        return runningStatus(at: elapsed)
    }

    private func finished(_ deployment: Deployment, at elapsed: Duration) -> [DeployingOutput] {
        guard deployment.status == .success else {
            return FailureReport(deployment: deployment, log: log, liveRelease: project?.liveRelease, retry: retry)
                .lines(style: layout.style).map { .error($0) }
        }
        let address = project?.address ?? deployment.notes
        return [.line(layout.line("live", address, time: Measure.duration(elapsed), isWhole: true))]
    }

    private func runningStatus(at elapsed: Duration) -> [DeployingOutput] {
        if let upload, !isUploadShown {
            let text = ProgressBar.text(done: upload.sentBytes, total: upload.totalBytes)
            return status("upload", text, since: uploadBegan, at: elapsed)
        }
        guard let running else { return [] }
        return status(running.name.rawValue, running.detail, since: running.began, at: elapsed)
    }

    private func status(
        _ name: String, _ text: String, since began: Duration = .zero, at elapsed: Duration
    ) -> [DeployingOutput] {
        guard layout.terminal.isInteractive else { return [] }
        return [.status(layout.line(name, text, time: Measure.duration(elapsed - began), isRunning: true))]
    }

    private func time(of step: DeploymentStep) -> String {
        step.durationMs.map { Measure.duration(seconds: Double($0) / 1000) } ?? ""
    }
}
