import Core
import Glibc
import Logging

extension Supervisor {
    /// Ends what an earlier daemon left running, and removes its FIFOs and records. Called once, before the first start.
    /// What they still had to say gets into their logs. A number that belongs to another process by now is not touched.
    package func terminateLeftovers() async {
        let folder = configuration.runDirectory + "/instances"
        let paths = await BlockingWork.run { ProcFile.names(in: folder).map { "\(folder)/\($0)" } }
        await withTaskGroup { group in
            for path in paths {
                group.addTask {
                    if let record = await BlockingWork.run({ InstanceRecord.read(path) }) { await self.end(record) }
                    unlink(path)
                }
            }
        }
        // Builds have no records, and what left its session is in none.
        await BlockingWork.run { [users, launcher] in
            for user in users.all() { launcher.residents.endStrays(of: user) }
        }
        let logs = configuration.runDirectory + "/logs"
        await BlockingWork.run { for name in ProcFile.names(in: logs) { unlink("\(logs)/\(name)") } }
    }

    // MARK: - Private

    private func end(_ record: InstanceRecord) async {
        guard record.isAlive else { return }
        var sources: [LogSource] = []
        for (stream, path) in [(LogLine.Stream.stdout, record.outputPath), (.stderr, record.errorPath)] {
            do {
                let source = try logs.source(
                    record.project, name: record.projectName, instance: record.name, stream: stream, path: path,
                    owner: nil)
                sources.append(source)
            } catch {
                logger.warning(
                    "The output of an earlier process is lost", metadata: ["path": "\(path)", "error": "\(error)"])
            }
        }
        do {
            // The pidfd is opened before the second look at its age: from then on it cannot be a stranger.
            let process = try LaunchedProcess(pid: record.pid, poller: launcher.watcher)
            if record.isAlive { await end(process) }
        } catch {
            logger.debug("An earlier process had just ended", metadata: ["pid": "\(record.pid)", "error": "\(error)"])
        }
        logs.note(
            record.project, name: record.projectName, instance: record.name,
            text: "Ended: it was still running from before the server's restart.")
        for source in sources { await source.close() }
    }

    private func end(_ process: LaunchedProcess) async {
        process.signal(SIGTERM)
        let grace = configuration.stopGrace
        let isGone = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await process.ended.value() != nil }
            group.addTask {
                // Cancelled when it has ended, and then not asked.
                do { try await Task.sleep(for: grace) } catch { return true }
                return false
            }
            let first = await group.next() ?? true
            group.cancelAll()
            return first
        }
        if !isGone {
            await process.killTree()
            _ = await process.ended.value()
        }
        await process.finish()
    }
}
