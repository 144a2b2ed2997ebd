import Logging
import Core
import FoundationEssentials
import Store
import Supervisor

/// What serves a project: starting it beside what runs, switching, telling the edge.
extension Deployer {
    /// Starts every service of a release; all or none.
    func launch(_ release: Release, of project: Project) async throws -> [LiveInstance] {
        try await prepare(project)
        var started: [LiveInstance] = []
        do {
            for service in release.plan.services {
                started.append(try await launch(service, release, of: project))
            }
            return started
        } catch {
            await stopAll(started)
            throw error
        }
    }

    /// - Returns: in words how the health was seen.
    func awaitHealthy(_ instances: [LiveInstance], of project: Project, _ release: Release) async throws -> String {
        var words = release.plan.staticRoot == nil ? "" : "files are there"
        do {
            for instance in instances {
                let check = check(project, release)
                let report = try await tools.supervisor.awaitHealthy(instance.id, check: check)
                if words.isEmpty || instance.service.name == "web" { words = report.detail }
            }
            return words
        } catch {
            await stopAll(instances)
            throw error
        }
    }

    /// Makes these instances the ones that serve. What is recorded comes first: a crash in between leaves the new
    /// release to be started, never a mix.
    func switchOver(_ project: Project, to next: LiveRelease) async throws {
        do {
            try await tools.store.setWanted(project: project.id, to: .running)
            try await tools.store.setLiveRelease(project: project.id, number: next.release.number)
        } catch {
            await stopAll(next.instances)
            throw error
        }
        let before = live[project.id]
        live[project.id] = next
        troubles[project.id] = nil
        phases[project.id] = nil
        for instance in next.instances { await tools.supervisor.keep(instance.id) }
        await publishRoutes(of: project)
        retire(before?.instances ?? [], of: project.id)
        await refreshStatus(of: project.id)
    }

    /// Two releases cannot listen on one fixed port: then the old one goes first.
    func stopBeforeStart(_ project: Project) async -> LiveRelease? {
        guard let port = project.port else { return nil }
        await stopAll(retiring(of: project.id).filter { $0.port == port })
        guard let before = live[project.id], before.instances.contains(where: { $0.port == port }) else { return nil }
        phases[project.id] = .starting
        live[project.id] = nil
        await publishRoutes(of: project)
        await refreshStatus(of: project.id)
        await tools.traffic.drain(before.instances.compactMap(\.upstream), timeout: configuration.drain)
        await stopAll(before.instances)
        return before
    }

    /// Brings back what `stopBeforeStart` stopped.
    func restore(_ stopped: LiveRelease?, of project: Project) async {
        defer { phases[project.id] = nil }
        guard let stopped else { return }
        do {
            let instances = try await launch(stopped.release, of: project)
            for instance in instances { await tools.supervisor.keep(instance.id) }
            live[project.id] = LiveRelease(release: stopped.release, instances: instances)
            for instance in instances {
                let check = check(project, stopped.release)
                _ = try await tools.supervisor.awaitHealthy(instance.id, check: check)
            }
        } catch {
            troubles[project.id] = error as? NodePilotError
            log("The release before could not be started again", project, error)
        }
        await publishRoutes(of: project)
    }

    /// What a project's instances must answer.
    func check(_ project: Project, _ release: Release) -> HealthCheck {
        var check = configuration.health
        check.path = project.settings.healthPath ?? release.plan.healthPath
        return check
    }

    func stopAll(_ instances: [LiveInstance]) async {
        await withTaskGroup { [tools] group in
            for instance in instances { group.addTask { _ = await tools.supervisor.stop(instance.id) } }
        }
    }

    // MARK: - Telling the edge

    /// Puts the routes of a project as they now should be.
    func publishRoutes(of project: Project) async {
        do {
            let project = try await require(project.id)
            let target = target(of: project)
            let routes = try await tools.store.domains(of: project.id).map {
                Route(
                    host: $0.host, project: project.name, target: target,
                    redirectsToHTTPS: project.settings.httpsRedirect)
            }
            tools.traffic.publish(routes, for: project.name)
        } catch {
            log("The routes of a project could not be read", project, error)
        }
    }

    private func target(of project: Project) -> RouteTarget {
        guard let now = live[project.id] else {
            let state = project.liveRelease == nil ? "has not been deployed yet" : "is not running now"
            return .unavailable("\(project.name) \(state).")
        }
        if let root = now.release.plan.staticRoot {
            return .files(
                root: configuration.folders.release(project.name, now.release.number), folder: root == "." ? "" : root,
                singlePage: project.settings.singlePage || now.release.plan.singlePage)
        }
        let upstreams = now.instances.compactMap(\.upstream)
        return upstreams.isEmpty ? .unavailable("It has no web service.") : .upstreams(upstreams)
    }

    /// The address that people should use first; empty when it cannot be read.
    func firstAddress(of project: Project) async -> String {
        do {
            let domains = try await tools.store.domains(of: project.id)
            guard let first = domains.first(where: { !$0.isDefault }) ?? domains.first else { return "" }
            return configuration.addresses.address(of: first.host)
        } catch {
            log("The address of a project could not be read", project, error)
            return ""
        }
    }

    // MARK: - One instance

    private func launch(_ service: ServicePlan, _ release: Release, of project: Project) async throws -> LiveInstance {
        let own = try await tools.store.environment(of: project.id)
        let owner = try await owners(of: project)?.runner
        let arguments = try arguments(of: service, project)
        let port = service.listens ? try await portFor(service, of: project) : nil
        let environment = try InstanceEnvironment(
            project: project, release: release, service: service, port: port, folders: configuration.folders,
            addresses: configuration.addresses, searchPath: configuration.searchPath, own: own)
        let specification = InstanceSpecification(
            project: project.id, projectName: project.name, service: service.name, index: 1, release: release.number,
            arguments: arguments, environment: environment.variables,
            workingDirectory: configuration.folders.release(project.name, release.number), port: port)
        let id = try await tools.supervisor.start(specification)
        return LiveInstance(
            id: id, name: "\(service.name).1", service: service, port: port, release: release.number,
            owner: owner)
    }

    /// The project's own command, as it is now, stands for the one that the release was detected with.
    private func arguments(of service: ServicePlan, _ project: Project) throws(NodePilotError) -> [String] {
        guard service.name == "web", !project.startCommand.isEmpty else { return service.arguments }
        return try CommandWords.arguments(project.startCommand)
    }

    private func portFor(_ service: ServicePlan, of project: Project) async throws -> Int {
        if let fixed = project.port, service.name == "web" { return fixed }
        return try await tools.supervisor.reservePort()
    }

    func log(_ message: String, _ project: Project, _ error: any Error) {
        tools.logger.error("\(message)", metadata: ["project": "\(project.name)", "error": "\(error)"])
    }
}
