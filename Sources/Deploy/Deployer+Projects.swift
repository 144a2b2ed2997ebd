package import Core
import FoundationEssentials
import Logging
import Store
import Supervisor

/// Starting, stopping and removing projects, and what happens at boot.
extension Deployer {
    /// Clears what an earlier run left, and publishes every project's routes. To be called before anybody may ask for
    /// anything: what is under way then would be taken for a leftover.
    package func recover() async throws {
        try configuration.folders.prepare()
        await tools.supervisor.terminateLeftovers()
        try await tools.store.failUnfinishedDeployments(
            reason: "NodePilot was stopped during this deployment. Deploy again.")
        for folder in [configuration.folders.staging, configuration.folders.uploads] {
            for name in configuration.folders.entries(of: folder) { await removeFolder("\(folder)/\(name)") }
        }
        for project in try await tools.store.projects() {
            await renewDefaultDomain(of: project)
            await removeUnrecordedReleases(of: project)
            await publishRoutes(of: project)
            if project.wanted == .running { phases[project.id] = .starting }
            await refreshStatus(of: project.id)
        }
    }

    /// Starts what was wanted to run. A project that cannot be started is off by itself; the others go on.
    package func resume() async throws {
        let projects = try await tools.store.projects()
        await withTaskGroup { group in
            for project in projects { group.addTask { await self.resume(project) } }
        }
        // Asking the runtimes for their versions takes a while: the first deployment finds them known. It asks again, and
        // tells, when this fails.
        _ = try? await tools.shelf.tools()
    }

    /// Starts what is live of a project. Done when it is healthy.
    /// - Throws: `.conflict` without a release; `.unprocessable` with the cause when it does not come up.
    package func start(_ project: Project) async throws {
        try requireOpen(project)
        try await turns.withTurn(project.id) {
            let project = try await self.wants(.running, project.id)
            guard await self.live[project.id] == nil else { return await self.refreshStatus(of: project.id) }
            try await self.bringUp(project)
        }
    }

    /// Stops a project; its hosts answer 503 from now on.
    package func stop(_ project: Project) async throws {
        try await turns.withTurn(project.id) {
            let project = try await self.wants(.stopped, project.id)
            await self.takeDown(project)
        }
    }

    /// Replaces the running instances by new ones of the same release, beside each other where the port allows it.
    package func restart(_ project: Project) async throws {
        try requireOpen(project)
        try await turns.withTurn(project.id) {
            let project = try await self.wants(.running, project.id)
            try await self.bringUp(project)
        }
    }

    /// Removes a project with everything it has. What is under way for it is ended.
    /// - Throws: `.notFound`; when it could not be removed, and then it is still there, stopped.
    package func delete(_ project: Project) async throws {
        guard deleted.insert(project.id).inserted else {
            throw NodePilotError(.conflict, "\(project.name) is being deleted.")
        }
        do {
            await cancelRuns(of: project.id)
            try await turns.withTurn(project.id, evenIfCancelled: true) {
                await self.takeDown(project)
                try await self.discard(project)
            }
        } catch {
            deleted.remove(project.id)
            await refreshStatus(of: project.id)
            throw error
        }
    }

    /// To be called when settings or domains changed: puts the routes anew.
    package func settingsChanged(of id: Project.ID) async {
        do {
            let project = try await require(id)
            await publishRoutes(of: project)
            tools.hub.send(.project(id))
        } catch {
            tools.logger.error("A changed project could not be read", metadata: ["error": "\(error)"])
        }
    }

    /// Why a project's status is `error`, in words; nil when it is not.
    package func problem(of project: Project) async -> String? {
        guard project.status == .error else { return nil }
        for instance in await tools.supervisor.instances(of: project.id)
        where instance.state == .backoff || instance.state == .failed {
            let end = instance.lastExit.map { "ended with \($0)" } ?? "does not run"
            return "\(instance.name) \(end)\(instance.state == .backoff ? " and is started again" : "")."
        }
        if let trouble = troubles[project.id] { return trouble.description }
        guard project.liveRelease == nil else { return "It does not run." }
        return await firstFailure(of: project) ?? "It has not been deployed yet."
    }

    /// Computes a project's status from what is wanted and what runs, records it and tells everyone.
    package func refreshStatus(of id: Project.ID) async {
        do {
            // One after the other: what was seen first is not written last.
            try await refreshes.withTurn(id, evenIfCancelled: true) {
                let project = try await self.require(id)
                let status = await self.status(of: project)
                if status != project.status { try await self.tools.store.setStatus(project: id, to: status) }
            }
            tools.hub.send(.project(id))
        } catch let error as NodePilotError where error.code == .notFound {
            return  // deleted meanwhile: nothing to tell
        } catch {
            tools.logger.error("A project's status could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Private

    private func resume(_ project: Project) async {
        do {
            try await turns.withTurn(project.id) { try await self.bringUpAtBoot(project.id) }
        } catch {
            troubles[project.id] = error as? NodePilotError
            log("A project could not be started", project, error)
        }
        await refreshStatus(of: project.id)
    }

    /// As `bringUp`, but an app that is not healthy yet is kept and restarted: at boot what it needs may come later.
    private func bringUpAtBoot(_ id: Project.ID) async throws {
        // Somebody may have stopped, started or removed it before this turn.
        guard !deleted.contains(id), live[id] == nil else { return }
        defer { phases[id] = nil }
        let project = try await require(id)
        guard project.wanted == .running, project.liveRelease != nil else { return }
        let release = try await liveRelease(of: project)
        let instances = try await launch(release, of: project)
        for instance in instances { await tools.supervisor.keep(instance.id) }
        live[id] = LiveRelease(release: release, instances: instances)
        for instance in instances {
            do {
                _ = try await tools.supervisor.awaitHealthy(instance.id, check: check(project, release))
            } catch {
                log("An app is not healthy after the start of NodePilot", project, error)
            }
        }
        await publishRoutes(of: project)
    }

    private func bringUp(_ project: Project) async throws {
        let release = try await liveRelease(of: project)
        phases[project.id] = .starting
        await refreshStatus(of: project.id)
        let stopped = await stopBeforeStart(project)
        do {
            let instances = try await launch(release, of: project)
            _ = try await awaitHealthy(instances, of: project, release)
            try await switchOver(project, to: LiveRelease(release: release, instances: instances))
        } catch {
            troubles[project.id] = error as? NodePilotError
            await restore(stopped, of: project)
            await refreshStatus(of: project.id)
            throw error
        }
    }

    private func takeDown(_ project: Project) async {
        let running = (live[project.id]?.instances ?? []) + retiring(of: project.id)
        forgetLive(project.id)
        troubles[project.id] = nil
        phases[project.id] = running.isEmpty ? nil : .stopping
        await publishRoutes(of: project)
        await refreshStatus(of: project.id)
        await stopAll(running)
        phases[project.id] = nil
        await refreshStatus(of: project.id)
    }

    private func liveRelease(of project: Project) async throws -> Release {
        guard let number = project.liveRelease else {
            throw NodePilotError(
                .conflict, "\(project.name) has not been deployed yet.", hint: "Deploy an archive first.")
        }
        guard let release = try await tools.store.release(project: project.id, number: number) else {
            throw NodePilotError.notFound("Release \(number) of \(project.name)")
        }
        return release
    }

    func require(_ id: Project.ID) async throws -> Project {
        guard let project = try await tools.store.project(id: id) else { throw NodePilotError.notFound("The project") }
        return project
    }

    private func wants(_ wanted: Project.Wanted, _ id: Project.ID) async throws -> Project {
        try await tools.store.setWanted(project: id, to: wanted)
        return try await require(id)
    }

    private func status(of project: Project) async -> Project.Status {
        guard project.liveRelease != nil else { return isDeploying(project.id) ? .deploying : .error }
        if let phase = phases[project.id] { return phase }
        guard project.wanted == .running else { return .stopped }
        guard let now = live[project.id] else { return .error }
        guard now.release.plan.staticRoot == nil else { return .running }
        let ids = Set(now.instances.map(\.name))
        let states = await tools.supervisor.instances(of: project.id)
            .filter { ids.contains($0.name) && $0.release == now.release.number }.map(\.state)
        if states.contains(.backoff) || states.contains(.failed) { return .error }
        return states.contains(.starting) ? .starting : .running
    }

    /// Removes every trace of a project: the row, the folder, the Unix users.
    /// - Throws: when the row is still there; what else could not be removed is logged.
    func discard(_ project: Project) async throws {
        try await names.withTurn(project.name, evenIfCancelled: true) { try await self.erase(project) }
    }

    private func erase(_ project: Project) async throws {
        try await tools.store.deleteProject(project.id)
        tools.traffic.publish([], for: project.name)
        await tools.logs.remove(project.id, name: project.name)
        await removeFolder(configuration.folders.project(project.name))
        do {
            try await tools.users.remove(project.id)
        } catch {
            log("The Unix users of a removed project are still there", project, error)
        }
        forgetLive(project.id)
        tools.hub.send(.projectDeleted(project.id, project.name, owner: project.ownerID))
    }

    private func firstFailure(of project: Project) async -> String? {
        do {
            guard let failure = try await tools.store.latestDeployments(for: [project.id])[project.id]?.failure else {
                return nil
            }
            return "Its first deployment failed. \(failure.message)"
        } catch {
            log("The last deployment of a project could not be read", project, error)
            return nil
        }
    }

    /// The server's domain may have changed. A project that cannot have its host keeps the one that it had.
    private func renewDefaultDomain(of project: Project) async {
        do {
            let host = try configuration.addresses.defaultHost(of: project.name)
            try await tools.store.setDefaultDomain(project: project.id, host: host)
        } catch {
            log("A project's default domain could not be renewed", project, error)
        }
    }

    private func removeUnrecordedReleases(of project: Project) async {
        do {
            let kept = Set(try await tools.store.releases(of: project.id).map { String($0.number) })
            let folder = configuration.folders.releases(project.name)
            for name in configuration.folders.entries(of: folder) where !kept.contains(name) {
                await removeFolder("\(folder)/\(name)")
            }
        } catch {
            log("Leftover releases could not be removed", project, error)
        }
    }

    /// Makes the project's Unix users and folders, if they are not there.
    func prepare(_ project: Project) async throws {
        try configuration.folders.prepare(project.name, owners: try await owners(of: project))
    }

    func owners(of project: Project) async throws -> ProjectOwners? {
        guard tools.users.isEnforced else { return nil }
        let runner = try await tools.users.identity(.runner(project.id))
        let builder = try await tools.users.identity(.builder(project.id))
        return ProjectOwners(builder: builder.uid, runner: runner.uid, group: runner.gid)
    }
}
