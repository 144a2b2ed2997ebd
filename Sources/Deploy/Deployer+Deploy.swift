package import Core
import Builder
import Archive
import FoundationEssentials
import Glibc
import Logging
import Store
import Supervisor

/// receive → unpack → detect → install → build → start → healthy → live → drain
extension Deployer {
    /// Makes a project of an archive. Returns when the archive is unpacked and its kind is known; what follows goes on.
    /// - Throws: `.conflict` when the name or its host is taken; `.unprocessable`, `.tooLarge`, `.insufficientStorage` for
    ///   the archive. The project does not exist then.
    package func create(
        _ request: ProjectRequest, upload: Upload, owner: User.ID, by actor: String
    ) async throws -> Deployment {
        defer { unlink(upload.path) }
        try requireRunning()
        let project = try await add(request, owner: owner)
        do {
            try await prepare(project)
            await publishRoutes(of: project)
            return try await begin(project, upload: upload, by: actor)
        } catch {
            await undo(project)
            throw error
        }
    }

    /// Deploys an archive to a project that is there. Returns as `create` does; a failure is recorded and what is live
    /// stays.
    /// - Throws: `.conflict` when others of the project wait already: each holds an unpacked tree.
    package func deploy(_ upload: Upload, to project: Project, by actor: String) async throws -> Deployment {
        defer { unlink(upload.path) }
        try requireOpen(project)
        try beginArrival(for: project)
        defer { endArrival(for: project.id) }
        do {
            return try await begin(project, upload: upload, by: actor)
        } catch {
            await refreshStatus(of: project.id)
            throw error
        }
    }

    /// Starts a kept release again and switches to it.
    /// - Parameter number: nil for the newest kept release below the live one.
    /// - Throws: `.conflict` when there is none, or it is live already; `.notFound` when it is not kept.
    package func rollback(_ project: Project, to number: Int?, by actor: String) async throws -> Deployment {
        try requireOpen(project)
        let release = try await rollbackTarget(of: try await require(project.id), number)
        let deployment = try await tools.store.beginDeployment(
            project: project.id, kind: .rollback, startedBy: actor, status: .running)
        let journal = Journal(deployment, store: tools.store, hub: tools.hub, logger: tools.logger)
        do {
            _ = try await tools.store.updateDeployment(id: deployment.id, version: release.number)
            await journal.setVersion(release.number)
            try requireOpen(project)
        } catch {
            throw await journal.fail(error)
        }
        carryOn(deployment) { await self.conclude(journal) { try await self.goLive(release, journal) } }
        return await journal.deployment
    }

    // MARK: - The sequence

    /// The part that the request waits for.
    private func begin(_ project: Project, upload: Upload, by actor: String) async throws -> Deployment {
        let deployment = try await tools.store.beginDeployment(
            project: project.id, kind: .deploy, startedBy: actor, status: .running)
        let journal = Journal(deployment, store: tools.store, hub: tools.hub, logger: tools.logger)
        let plan = try await attend(deployment) { try await self.receive(upload, for: project, journal) }
        do {
            try requireOpen(project)
        } catch {
            throw await refuse(error, journal)
        }
        carryOn(deployment) { await self.conclude(journal) { try await self.complete(plan, project.id, journal) } }
        return await journal.deployment
    }

    private func receive(_ upload: Upload, for project: Project, _ journal: Journal) async throws -> AppPlan {
        do {
            try requireOpen(project)
            await journal.add(upload.step)
            if project.liveRelease == nil { await refreshStatus(of: project.id) }
            try await unpack(upload, for: project, journal)
            return try await detect(project, journal)
        } catch {
            throw await refuse(error, journal)
        }
    }

    /// Ends a deployment that its request is still told of.
    private func refuse(_ error: any Error, _ journal: Journal) async -> NodePilotError {
        await removeStage(of: await journal.deployment)
        return await journal.fail(Task.isCancelled ? Self.ended : error)
    }

    private func unpack(_ upload: Upload, for project: Project, _ journal: Journal) async throws {
        let id = await journal.deployment.id
        let folders = configuration.folders
        try await journal.step(.unpack) { [tools, configuration] in
            try folders.prepareStage(id, owners: try await self.owners(of: project))
            let report = try await tools.unpacker.unpack(
                archive: upload.path, into: folders.stagedTree(id), as: .builder(project.id),
                limits: configuration.archiveLimits
            ) { await journal.progress("\($0.entries) entries, \(ByteCount(Int64(clamping: $0.bytes)))") }
            return ((), detail: "\(report.files) files, \(ByteCount(Int64(clamping: report.bytes)))")
        }
    }

    private func detect(_ project: Project, _ journal: Journal) async throws -> AppPlan {
        let id = await journal.deployment.id
        return try await journal.step(.detect) { [tools, configuration] in
            let command = project.startCommand.isEmpty ? nil : project.startCommand
            let detector = Detector(tools: try await tools.shelf.tools())
            let tree = configuration.folders.stagedTree(id)
            let plan = try await Blocking.run { Result { try detector.detect(in: tree, startCommand: command) } }.get()
            for line in plan.inWords { await journal.log(line) }
            return (plan, detail: plan.summary)
        }
    }

    /// The part that goes on after the answer, up to the release being live.
    private func complete(_ plan: AppPlan, _ id: Project.ID, _ journal: Journal) async throws {
        let wait: @Sendable () async -> Void = { await journal.log("Waiting for the deployment before.") }
        try await lanes.withTurn(id, onWait: wait) {
            let release = try await self.buildInTurn(plan, id, journal)
            do {
                try await self.goLive(release, journal)
            } catch {
                await self.discard(release)
                throw error
            }
            await self.pruneReleases(of: id)
        }
    }

    private func buildInTurn(_ plan: AppPlan, _ id: Project.ID, _ journal: Journal) async throws -> Release {
        let wait: @Sendable () async -> Void = { await journal.log("Waiting for another build.") }
        return try await buildSlot.withTurn(.only, onWait: wait) { try await self.build(plan, id, journal) }
    }

    /// install → build, at the release's final path.
    private func build(_ plan: AppPlan, _ id: Project.ID, _ journal: Journal) async throws -> Release {
        try Task.checkCancellation()
        let project = try await require(id)
        let deployment = await journal.deployment.id
        let number = try await tools.store.reserveReleaseNumber(project: id)
        _ = try await tools.store.updateDeployment(id: deployment, version: number)
        await journal.setVersion(number)
        let folders = configuration.folders
        do {
            try folders.promoteStage(deployment, to: project.name, number)
            let place = try await buildEnvironment(of: project, number: number, deployment: deployment)
            try await step(.install, plan.install, journal) { [tools] in
                try await tools.builder.install(plan, in: place) { await journal.log($0) }
            }
            try await step(.build, plan.build, journal) { [tools] in
                try await tools.builder.build(plan, in: place) { await journal.log($0) }
            }
            await removeStage(of: await journal.deployment)
            let size = await Blocking.run { folders.size(of: folders.release(project.name, number)) }
            return try await tools.store.addRelease(project: id, plan: plan, sizeBytes: size, number: number)
        } catch {
            await removeFolder(folders.release(project.name, number))
            throw error
        }
    }

    private func step(
        _ name: DeploymentStep.Name, _ commands: [BuildCommand], _ journal: Journal,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard !commands.isEmpty else {
            return await journal.skip(name, because: name == .install ? "nothing to install" : "nothing to build")
        }
        try await journal.step(name) {
            try await body()
            return ((), detail: commands.compactMap(\.inWords).joined(separator: ", "))
        }
    }

    /// start → healthy → live, in the project's turn.
    private func goLive(_ release: Release, _ journal: Journal) async throws {
        let wait: @Sendable () async -> Void = { await journal.log("Waiting for what is under way for the project.") }
        try await turns.withTurn(release.projectID, onWait: wait) {
            try Task.checkCancellation()
            let project = try await self.require(release.projectID)
            // It may have been removed while this waited.
            guard try await self.tools.store.release(project: project.id, number: release.number) != nil else {
                throw NodePilotError.notFound("Release \(release.number) of \(project.name)")
            }
            try await self.replace(with: release, of: project, journal)
        }
    }

    private func replace(with release: Release, of project: Project, _ journal: Journal) async throws {
        let stopped = await stopBeforeStart(project)
        do {
            let instances = try await journal.step(.start) {
                let instances = try await self.launch(release, of: project)
                for instance in instances { await journal.log(instance.startedInWords) }
                return (instances, detail: release.startedInWords(instances))
            }
            try await journal.step(.healthy) {
                let detail = try await self.awaitHealthy(instances, of: project, release)
                for instance in instances { await self.quote(instance, in: journal) }
                await journal.log(detail)
                return ((), detail: detail)
            }
            try await journal.step(.live) {
                // Nothing may fail once it is live.
                let address = await self.firstAddress(of: project)
                try await self.switchOver(project, to: LiveRelease(release: release, instances: instances))
                await journal.log("\(address) is answered by release \(release.number)")
                return ((), detail: address)
            }
        } catch {
            await restore(stopped, of: project)
            throw error
        }
    }

    /// Puts what an instance has said until now into the deployment's log.
    private func quote(_ instance: LiveInstance, in journal: Journal) async {
        for line in await tools.supervisor.output(of: instance.id) { await journal.log("\(instance.name) | \(line)") }
    }

    /// Records how a deployment ended, whatever happened. The end is told last: whoever hears of it finds the project's
    /// status as it is then.
    private func conclude(_ journal: Journal, _ body: @Sendable () async throws -> Void) async {
        var failure: (any Error)?
        do {
            try await body()
        } catch {
            failure = Task.isCancelled ? Self.ended : error
        }
        let deployment = await journal.deployment
        await removeStage(of: deployment)
        isConcluded.insert(deployment.id)
        await refreshStatus(of: deployment.projectID)
        if let failure {
            _ = await journal.fail(failure)
        } else {
            await journal.finish(.success, notes: "Release \(deployment.version ?? 0) is live.")
        }
        isConcluded.remove(deployment.id)
    }

    private static let ended = NodePilotError(
        .unavailable, "The deployment was ended because NodePilot stopped or the project was deleted.",
        hint: "Deploy again.")

    // MARK: - Around it

    /// The row of a new project. A folder of that name can only be what is left of a project that was removed: nobody is
    /// to inherit its data.
    private func add(_ request: ProjectRequest, owner: User.ID) async throws -> Project {
        let new = NewProject(
            name: request.name, displayName: request.displayName,
            path: configuration.folders.project(request.name), startCommand: request.startCommand,
            port: request.port, ownerID: owner, environment: request.environment,
            defaultHost: try configuration.addresses.defaultHost(of: request.name))
        return try await names.withTurn(request.name) {
            if try await self.tools.store.project(named: new.name) == nil { try await self.remove(new.path) }
            return try await self.tools.store.createProject(new)
        }
    }

    /// Takes back a creation that failed.
    private func undo(_ project: Project) async {
        do {
            try await discard(project)
        } catch let error as NodePilotError where error.code == .notFound {
            return  // somebody else deleted it meanwhile
        } catch {
            log("A project whose creation failed is still there", project, error)
        }
    }

    private func rollbackTarget(of project: Project, _ number: Int?) async throws -> Release {
        let kept = try await tools.store.releases(of: project.id)
        let wanted = number ?? kept.map(\.number).filter { $0 < project.liveRelease ?? 0 }.max()
        guard let wanted else {
            throw NodePilotError(
                .conflict, "There is no earlier release of \(project.name) to go back to.",
                hint: "Releases are kept from the second deployment on.")
        }
        guard wanted != project.liveRelease || live[project.id] == nil else {
            throw NodePilotError(.conflict, "Release \(wanted) of \(project.name) is live already.")
        }
        guard let release = kept.first(where: { $0.number == wanted }) else {
            let list = kept.map { String($0.number) }.joined(separator: ", ")
            throw NodePilotError(
                .notFound, "Release \(wanted) of \(project.name) is not kept.", hint: "There are: \(list).")
        }
        return release
    }

    private func buildEnvironment(
        of project: Project, number: Int, deployment: Deployment.ID
    ) async throws -> BuildEnvironment {
        let folders = configuration.folders
        let own = try await tools.store.environment(of: project.id)
        return BuildEnvironment(
            folder: folders.release(project.name, number), home: folders.buildHome(deployment), project: project.id,
            variables: Dictionary(own.map { ($0.name, $0.value ?? "") }) { $1 }, path: configuration.searchPath)
    }

    private func discard(_ release: Release) async {
        do {
            let project = try await require(release.projectID)
            try await tools.store.removeRelease(project: project.id, number: release.number)
            await removeFolder(configuration.folders.release(project.name, release.number))
        } catch {
            tools.logger.error("A failed release could not be removed", metadata: ["error": "\(error)"])
        }
    }

    /// Keeps the newest releases, and those that still serve.
    private func pruneReleases(of id: Project.ID) async {
        do {
            try await turns.withTurn(id, evenIfCancelled: true) {
                let project = try await self.require(id)
                let serving = Set(await self.retiring(of: id).map(\.release) + [project.liveRelease].compactMap { $0 })
                let releases = try await self.tools.store.releases(of: id).sorted { $0.number > $1.number }
                for release in releases.dropFirst(self.configuration.keptReleases)
                where !serving.contains(release.number) {
                    await self.discard(release)
                }
            }
        } catch {
            tools.logger.error("Old releases could not be removed", metadata: ["error": "\(error)"])
        }
    }

    private func removeStage(of deployment: Deployment) async {
        await removeFolder(configuration.folders.stage(deployment.id))
    }

    private func remove(_ path: String) async throws {
        try await Blocking.run { [configuration] in Result { try configuration.folders.remove(path) } }.get()
    }

    func removeFolder(_ path: String) async {
        do {
            try await remove(path)
        } catch {
            tools.logger.error("A folder could not be removed", metadata: ["error": "\(error)"])
        }
    }
}

extension Upload {
    fileprivate var step: DeploymentStep {
        DeploymentStep(
            name: .upload, status: .success, startedAt: startedAt, durationMs: received.milliseconds,
            detail: "\(ByteCount(sizeBytes))")
    }
}

extension Release {
    fileprivate func startedInWords(_ instances: [LiveInstance]) -> String {
        guard plan.staticRoot == nil else { return "static files: nothing to start" }
        return "\(instances.map(\.name).joined(separator: ", ")) of release \(number)"
    }
}

extension AppPlan {
    fileprivate var summary: String {
        [runtime.isEmpty ? "static files" : runtime, "from \(detectedFrom)"].joined(separator: ", ")
    }

    /// What is going to be done, a line each.
    fileprivate var inWords: [String] {
        [("install", install), ("build", build)].compactMap { name, commands in
            let words = commands.compactMap(\.inWords).joined(separator: ", ")
            return words.isEmpty ? nil : "\(name): \(words)"
        } + services.map { "\($0.name): \($0.arguments.shown)" }
    }
}

extension LiveInstance {
    fileprivate var startedInWords: String {
        "\(name): \(service.arguments.shown)" + (port.map { ", port \($0)" } ?? "")
    }
}

extension [String] {
    /// As one would type it; the shell around a command is ours.
    fileprivate var shown: String {
        guard first?.hasSuffix("/sh") == true, count > 2 else { return joined(separator: " ") }
        let line = dropFirst(2).joined(separator: " ")
        return line.hasPrefix("exec ") ? String(line.dropFirst(5)) : line
    }
}

extension BuildCommand {
    /// `npm ci`, `pip install`: what a person would call it; nil for a script of our own.
    fileprivate var inWords: String? {
        if arguments.first == "/bin/sh" { return arguments.last.map { String($0.prefix(60)) } }
        let words = arguments.prefix { $0 != "-c" }
        guard words.count == arguments.count, let program = words.first?.split(separator: "/").last else { return nil }
        let rest = words.dropFirst().filter { !$0.hasPrefix("-") }.prefix(program.hasPrefix("python") ? 2 : 3)
        return (program.hasPrefix("python") ? rest : [String(program)] + rest).joined(separator: " ")
    }
}
