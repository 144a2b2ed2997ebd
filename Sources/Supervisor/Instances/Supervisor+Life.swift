import Core
import FoundationEssentials
import Glibc
import Logging

extension Supervisor {
    /// Makes a process for the instance. Its record is on disk before it does anything.
    func spawn(_ instance: Instance) async throws {
        let specification = instance.specification
        let plan = LaunchPlan(
            program: .command(specification.arguments),
            environment: specification.environment.map { "\($0.key)=\($0.value)" }.sorted(),
            workingDirectory: specification.workingDirectory,
            user: instance.identity.map { LaunchPlan.User(uid: $0.uid, gid: $0.gid) }, umask: LaunchPlan.runnerMask,
            limits: specification.limits)
        let uid = instance.identity?.uid ?? geteuid()
        let path = recordPath(instance.id)
        let record = instance.record(uid: uid)
        do {
            let process = try await launcher.start(
                plan, input: Descriptor.open("/dev/null", O_RDONLY), output: instance.output.writingEnd(),
                error: instance.error.writingEnd()
            ) { process in try record.of(process).write(to: path) }
            began(instance, process)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Looks after an instance from its first process to its stop.
    func live(_ id: InstanceID) async {
        while let instance = instances[id], let process = instance.process {
            let status = await process.ended.value() ?? .unknown
            await bury(instance, process, status)
            guard await isToRunAgain(instance) else { return await forget(instance) }
            repeat {
                await pause(instance)
                if instance.isStopping { return await forget(instance) }
            } while await !respawn(instance)
        }
    }

    /// The one who stops it: SIGTERM, patience, SIGKILL.
    func end(_ id: InstanceID, _ grace: Duration) async -> ExitStatus? {
        guard let instance = instances[id] else { return nil }
        instance.state = .stopping
        instance.stopDeadline = .now + grace
        instance.stopping.settle(())
        instance.kept.settle(false)
        changed(instance)
        instance.process?.signal(SIGTERM)
        let gone = instance.gone
        let isGone = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await gone.value() != nil }
            group.addTask {
                // Cancelled when it is gone, and then not asked.
                do { try await Task.sleep(for: grace) } catch { return true }
                return false
            }
            let first = await group.next() ?? true
            group.cancelAll()
            return first
        }
        if !isGone {
            if instance.process != nil { note(instance, "It did not end in time and is killed.") }
            await instance.process?.killTree()
            await gone.value()
        }
        await instance.life?.value
        return instance.lastExit
    }

    // MARK: - Private

    private func began(_ instance: Instance, _ process: LaunchedProcess) {
        instance.process = process
        instance.startedAt = Date()
        instance.started = .now
        instance.measured = nil
        if instance.isStopping {
            // Stopped while it was being made.
            process.signal(SIGTERM)
        } else {
            instance.state = instance.isKept ? .running : .starting
        }
        let port = instance.specification.port.map { ", port \($0)" } ?? ""
        note(instance, "Started release \(instance.specification.release) (pid \(process.pid)\(port)).")
        changed(instance)
    }

    /// Ends what the process left behind, keeps its last words, and writes down how it ended.
    private func bury(_ instance: Instance, _ process: LaunchedProcess, _ status: ExitStatus) async {
        // While it is stopped, its children may take their time too.
        await process.finish(grace: instance.isStopping ? max(.zero, instance.stopDeadline - .now) : .zero)
        instance.process = nil
        instance.lastExit = status
        unlink(recordPath(instance.id))
        await instance.output.drain()
        await instance.error.drain()
        note(instance, "Ended: \(status.inWords).")
        if !instance.isStopping { instance.state = instance.isKept ? .backoff : .failed }
        instance.ended.settle(status)
        changed(instance)
    }

    private func isToRunAgain(_ instance: Instance) async -> Bool {
        // One that ended before it was kept waits for the word either way.
        await instance.kept.value() == true && !instance.isStopping
    }

    private func pause(_ instance: Instance) async {
        let pause = instance.policy.pause(afterUptime: .now - instance.started)
        instance.state = .backoff
        let milliseconds = Int64(pause / .milliseconds(1))
        note(instance, "Starts again in \(Double(milliseconds) / 1000) s (restart \(instance.restarts + 1)).")
        changed(instance)
        let stopping = instance.stopping
        await withTaskGroup { group in
            // Cancelled by a stop.
            group.addTask { _ = try? await Task.sleep(for: pause) }
            group.addTask { _ = await stopping.value() }
            await group.next()
            group.cancelAll()
        }
    }

    private func respawn(_ instance: Instance) async -> Bool {
        instance.restarts += 1
        instance.started = .now
        do {
            try await spawn(instance)
            return true
        } catch {
            logger.warning(
                "An instance could not be started again",
                metadata: ["instance": "\(instance.id)", "error": "\(error)"])
            note(instance, "It could not be started: \((error as? NodePilotError)?.message ?? "an internal error").")
            return false
        }
    }
}
