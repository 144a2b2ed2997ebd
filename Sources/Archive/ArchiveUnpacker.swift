package import Core

/// Unpacks uploads: starts the child that does it, passes its progress on and turns its refusal into an error.
package struct ArchiveUnpacker: Sendable {
    private let runner: any CommandRunner

    package init(runner: any CommandRunner) {
        self.runner = runner
    }

    /// - Parameter path: the archive, a regular file.
    /// - Parameter folder: an empty folder that `identity` may write. It is empty again when this throws.
    /// - Throws: `.unprocessable`, `.tooLarge` or `.insufficientStorage` naming the entry that is at fault;
    ///   `CancellationError` when the calling task was cancelled.
    package func unpack(
        archive path: String, into folder: String, as identity: Job.Identity, limits: ArchiveLimits = .init(),
        onProgress: @escaping @Sendable (UnpackProgress) async -> Void
    ) async throws -> UnpackReport {
        let transcript = UnpackTranscript()
        var job = job(try UnpackTool.arguments(limits), in: folder, as: identity)
        job.standardInput = path
        job.limits = ResourceLimits(
            openFiles: 256, processes: 1, fileSizeBytes: limits.unpackedBytes, addressSpaceBytes: 1 << 30,
            cpuSeconds: 300)
        do {
            let status = try await runner.run(job) { line in
                if let progress = await transcript.read(line) { await onProgress(progress) }
            }
            try Task.checkCancellation()
            return try await transcript.outcome(status)
        } catch {
            if await transcript.needsCleaning { await clean(folder, as: identity) }
            throw error
        }
    }

    // MARK: - Private

    private func job(_ arguments: [String], in folder: String, as identity: Job.Identity) -> Job {
        Job(
            .tool(UnpackTool.name, arguments), as: identity, in: folder, environment: ["LANG": "C.UTF-8"],
            timeout: .seconds(600))
    }

    /// A child that refuses cleans up itself; one that died could not. In a task of its own, as this one may be cancelled.
    private func clean(_ folder: String, as identity: Job.Identity) async {
        let job = job([UnpackTool.emptyArgument], in: folder, as: identity)
        // The refusal is what is told; whoever made the staging folder removes it in the end.
        await Task { [runner] in _ = try? await runner.run(job) { _ in } }.value
    }
}
