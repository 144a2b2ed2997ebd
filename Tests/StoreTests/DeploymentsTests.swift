import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Deployments")
struct DeploymentsTests {
    private func lines(_ range: ClosedRange<Int>, of deployment: Deployment) -> [DeploymentLogLine] {
        range.map {
            DeploymentLogLine(
                deploymentID: deployment.id, seq: $0, at: Clock.start, step: .install, text: "line \($0) ü")
        }
    }

    @Test("A deployment goes from queued over its steps to its end")
    func course() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            let queued = try await store.beginDeployment(project: project.id, kind: .deploy, startedBy: "ada")
            #expect(
                queued
                    == Deployment(
                        id: queued.id, projectID: project.id, projectName: project.name, kind: .deploy, status: .queued,
                        deployedAt: Clock.start, startedBy: "ada"))
            let running = try await store.updateDeployment(id: queued.id, status: .running)
            #expect(running.status == .running && running.version == nil)
            #expect(try await store.updateDeployment(id: queued.id, version: 3).version == 3)

            let install = DeploymentStep(name: .install, status: .running, startedAt: Clock.start)
            let upload = DeploymentStep(
                name: .upload, status: .success, startedAt: Clock.start, durationMs: 5, detail: "1 MB")
            try await store.recordProgress(deployment: queued.id, steps: [install])
            try await store.recordProgress(deployment: queued.id, steps: [upload])
            var done = install
            done.status = .success
            done.durationMs = 1200
            try await store.recordProgress(deployment: queued.id, steps: [done])
            fixture.clock.advance(by: 2)
            let finished = try await store.finishDeployment(
                id: queued.id, status: .success, version: 4, notes: "Release 4 is live.")
            #expect(finished.steps == [upload, done])
            #expect(finished.status == .success && finished.version == 4 && finished.notes == "Release 4 is live.")
            #expect(finished.finishedAt == Clock.start.addingTimeInterval(2) && finished.failure == nil)
            #expect(try await store.deployment(id: queued.id) == finished)
            #expect(try await store.deployment(id: 99) == nil)
        }
    }

    @Test("A failure is kept with its words, ends the running step, and is the last word")
    func failure() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            let deployment = try await store.beginDeployment(
                project: project.id, kind: .rollback, startedBy: "ada", status: .running)
            try await store.recordProgress(
                deployment: deployment.id, steps: [.init(name: .healthy, status: .running, startedAt: Clock.start)])
            fixture.clock.advance(by: 1.5)
            let failure = DeploymentFailure(step: .healthy, code: .unprocessable, message: "No answer.", hint: "Look.")
            let failed = try await store.finishDeployment(
                id: deployment.id, status: .failed, notes: "It did not answer.", failure: failure)
            #expect(failed.status == .failed && failed.failure == failure && failed.kind == .rollback)
            #expect(failed.steps.map(\.status) == [.failed])
            #expect(failed.steps.map(\.durationMs) == [1500])
            try await expect(.conflict) {
                try await store.finishDeployment(id: deployment.id, status: .success, notes: "")
            }
            try await expect(.conflict) { try await store.updateDeployment(id: deployment.id, status: .running) }
        }
    }

    @Test("What is not there is not found")
    func missing() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let step = DeploymentStep(name: .upload, status: .running, startedAt: Clock.start)
            let line = DeploymentLogLine(deploymentID: 99, seq: 1, at: Clock.start, step: .upload, text: "")
            try await expect(.notFound) { try await store.beginDeployment(project: 99, kind: .deploy, startedBy: "") }
            try await expect(.notFound) { try await store.updateDeployment(id: 99, status: .running) }
            try await expect(.notFound) { try await store.finishDeployment(id: 99, status: .failed, notes: "") }
            try await expect(.notFound) { try await store.recordProgress(deployment: 99, steps: [step]) }
            try await expect(.notFound) { try await store.recordProgress(deployment: 99, lines: [line]) }
            #expect(try await store.deploymentLog(id: 99).isEmpty)
        }
    }

    @Test("Logs come in batches, are read from any line on, and a batch may come again")
    func log() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            let deployment = try await store.beginDeployment(project: project.id, kind: .deploy, startedBy: "ada")
            try await store.recordProgress(deployment: deployment.id, lines: [])
            try await store.recordProgress(deployment: deployment.id, lines: lines(1...50, of: deployment))
            try await store.recordProgress(deployment: deployment.id, lines: lines(41...100, of: deployment))
            #expect(try await store.deploymentLog(id: deployment.id) == lines(1...100, of: deployment))
            #expect(try await store.deploymentLog(id: deployment.id, after: 98).map(\.seq) == [99, 100])
            #expect(try await store.deploymentLog(id: deployment.id, after: 10, limit: 3).map(\.seq) == [11, 12, 13])
            #expect(try await store.deploymentLog(id: deployment.id, after: 100).isEmpty)
        }
    }

    @Test("The newest of each project is found for many projects at once")
    func latest() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            var projects: [Project] = []
            for name in ["a", "b", "c"] { projects.append(try await store.addProject(name, owner: ada)) }
            var newest: [Project.ID: Deployment] = [:]
            for project in [projects[0], projects[1], projects[0]] {
                newest[project.id] = try await store.beginDeployment(
                    project: project.id, kind: .deploy, startedBy: "ada")
            }
            #expect(try await store.latestDeployments(for: projects.map(\.id)) == newest)
            #expect(try await store.latestDeployments(for: [projects[1].id, 99]).keys.sorted() == [projects[1].id])
            #expect(try await store.latestDeployments(for: []).isEmpty)
        }
    }

    @Test("The last 100 of each project are kept with their logs, newest first")
    func pruning() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject("shop", owner: ada)
            let blog = try await store.addProject("blog", owner: ada)
            let other = try await store.beginDeployment(project: blog.id, kind: .deploy, startedBy: "ada")
            let unfinished = try await store.beginDeployment(project: shop.id, kind: .deploy, startedBy: "ada")
            var ids: [Deployment.ID] = []
            for _ in 0..<105 {
                let deployment = try await store.beginDeployment(project: shop.id, kind: .deploy, startedBy: "ada")
                try await store.recordProgress(deployment: deployment.id, lines: lines(1...2, of: deployment))
                _ = try await store.finishDeployment(id: deployment.id, status: .success, notes: "")
                ids.append(deployment.id)
            }
            #expect(try await store.deployments(of: shop.id).map(\.id) == ids.suffix(100).reversed())
            #expect(try await store.deployments(of: shop.id, limit: 2).map(\.id) == ids.suffix(2).reversed())
            #expect(try await store.value("SELECT count(*) FROM deployment_log") == 200)
            #expect(try await store.deployment(id: unfinished.id) == unfinished)
            #expect(try await store.deployments(of: blog.id) == [other])
        }
    }

    @Test("At boot those that were under way have failed, at the step where they were")
    func boot() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            let begin = { try await store.beginDeployment(project: project.id, kind: .deploy, startedBy: "ada") }
            let finished = try await begin()
            _ = try await store.finishDeployment(id: finished.id, status: .success, notes: "Done.")
            let running = try await store.updateDeployment(id: begin().id, status: .running)
            for (name, status) in [(DeploymentStep.Name.upload, DeploymentStep.Status.success), (.install, .running)] {
                try await store.recordProgress(
                    deployment: running.id, steps: [.init(name: name, status: status, startedAt: Clock.start)])
            }
            let queued = try await begin()
            fixture.clock.advance(by: 3)
            let reopened = try await fixture.reopened()
            let failed = try await reopened.failUnfinishedDeployments(reason: "NodePilot was restarted.")
            #expect(failed.map(\.id) == [queued.id, running.id])
            #expect(failed.allSatisfy { $0.status == .failed && $0.notes == "NodePilot was restarted." })
            #expect(failed.map(\.failure?.step) == [.upload, .install])
            #expect(failed.last?.steps.map(\.status) == [.success, .failed])
            #expect(failed.last?.steps.last?.durationMs == 3000)
            #expect(try await reopened.deployment(id: finished.id)?.status == .success)
            #expect(try await reopened.failUnfinishedDeployments(reason: "Again.").isEmpty)
        }
    }
}
