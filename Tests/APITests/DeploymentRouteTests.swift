import Core
import FoundationEssentials
import HTTPTypes
import Store
import Testing

@testable import API

@Suite("Deployments", .timeLimit(.minutes(3)))
struct DeploymentRouteTests {
    private struct Place {
        let api: APIFixture
        let server: ServerSide
        let project: Project
        let token: String

        init() async throws {
            api = try await APIFixture(isWholeServer: true)
            server = try #require(api.server)
            let ada = try await api.user("ada")
            project = try await api.project("site", of: ada)
            token = try await api.accessToken(of: ada)
        }

        func begin() async throws -> Deployment {
            try await api.store.beginDeployment(
                project: project.id, kind: .deploy, startedBy: "ada", status: .running)
        }

        func path(_ deployment: Deployment, _ rest: String = "") -> String {
            "/api/project/site/deployments/\(deployment.id)\(rest)"
        }

        func line(_ seq: Int, of deployment: Deployment, step: DeploymentStep.Name = .build) -> DeploymentLogLine {
            DeploymentLogLine(deploymentID: deployment.id, seq: seq, at: api.clock.now, step: step, text: "line \(seq)")
        }

        /// As the journal does: first into the database, then to whoever listens.
        func tell(_ lines: ClosedRange<Int>, of deployment: Deployment) async throws {
            let lines = lines.map { line($0, of: deployment) }
            try await api.store.recordProgress(deployment: deployment.id, lines: lines)
            for line in lines { server.hub.send(.deploymentLog(line, project: project.id)) }
        }

        func step(
            _ name: DeploymentStep.Name, _ status: DeploymentStep.Status, _ deployment: inout Deployment,
            isSaved: Bool = true
        ) async throws {
            let step = DeploymentStep(name: name, status: status, startedAt: api.clock.now)
            deployment.steps.removeAll { $0.name == name }
            deployment.steps.append(step)
            if isSaved { try await api.store.recordProgress(deployment: deployment.id, steps: [step]) }
            server.hub.send(.deployment(deployment))
        }

        func finish(_ deployment: Deployment) async throws {
            let end = try await api.store.finishDeployment(id: deployment.id, status: .success, notes: "Live.")
            server.hub.send(.deployment(end))
        }
    }

    @Test("are listed newest first with the releases that are kept, and found by their number in their project only")
    func list() async throws {
        let place = try await Place()
        let first = try await place.begin()
        try await place.finish(first)
        let second = try await place.begin()
        let other = try await place.api.project("other", of: place.api.user("bob"))
        let foreign = try await place.api.store.beginDeployment(
            project: other.id, kind: .deploy, startedBy: "bob", status: .running)
        let list = try await place.api.send(.get, "/api/project/site/deployments", token: place.token)
            .decoded(DeploymentList.self)
        #expect(list.deployments.map(\.id) == [second.id, first.id] && list.keptReleases.isEmpty)
        let one = try await place.api.send(.get, place.path(first), token: place.token).decoded(Deployment.self)
        #expect(one.status == .success && one.notes == "Live.")
        for id in ["\(foreign.id)", "99", "x", "-1", "9999999999999999999999"] {
            for rest in ["", "/log"] {
                let path = "/api/project/site/deployments/\(id)\(rest)"
                #expect(try await place.api.send(.get, path, token: place.token).status == 404, "\(path)")
            }
        }
    }

    @Test("that have ended are told from their beginning to their end, and then the stream closes")
    func replay() async throws {
        let place = try await Place()
        var deployment = try await place.begin()
        try await place.step(.upload, .success, &deployment)
        try await place.step(.build, .success, &deployment)
        try await place.tell(1...300, of: deployment)
        try await place.finish(deployment)
        let stream = try await place.api.open(place.path(deployment, "/log"), token: place.token)
        try await stream.end()
        #expect(stream.names == ["step", "step"] + Array(repeating: "log", count: 300) + ["deployment"])
        let lines = try stream.events.filter { $0.name == "log" }.map { try $0.decoded(DeploymentLogLine.self).seq }
        #expect(lines == Array(1...300))
        let end = try #require(stream.events.last).decoded(Deployment.self)
        #expect(end.status == .success && end.notes == "Live.")
        let log = try await place.api.send(.get, place.path(deployment, "/log"), token: place.token)
        #expect(try log.decoded(DeploymentLog.self).lines.map(\.seq) == Array(1...300))
    }

    @Test("that go on are told as they go on, each line once")
    func follow() async throws {
        let place = try await Place()
        var deployment = try await place.begin()
        try await place.step(.build, .running, &deployment)
        try await place.tell(1...3, of: deployment)
        let stream = try await place.api.open(place.path(deployment, "/log"), token: place.token)
        try await eventually { stream.names == ["step", "log", "log", "log"] }
        // What was told already comes once more, as when it was announced while the database was read.
        for seq in 2...3 {
            place.server.hub.send(.deploymentLog(place.line(seq, of: deployment), project: place.project.id))
        }
        // Another deployment's line is nobody's here.
        let other = try await place.begin()
        try await place.tell(1...2, of: other)
        try await place.tell(4...6, of: deployment)
        try await place.step(.build, .success, &deployment)
        try await place.finish(deployment)
        try await stream.end()
        let told = try stream.events.filter { $0.name == "log" }.map { try $0.decoded(DeploymentLogLine.self) }
        #expect(told.map(\.seq) == Array(1...6) && told.allSatisfy { $0.deploymentID == deployment.id })
        let steps = try stream.events.filter { $0.name == "step" }.map { try $0.decoded(DeploymentStep.self).status }
        #expect(steps == [.running, .success])
        #expect(stream.names.last == "deployment")
    }

    @Test("do not go back a step because an announcement is older than what was read")
    func lateAnnouncement() async throws {
        let place = try await Place()
        var deployment = try await place.begin()
        try await place.step(.install, .success, &deployment)
        let stream = try await place.api.open(place.path(deployment, "/log"), token: place.token)
        try await eventually { stream.names == ["step"] }
        var late = deployment
        late.steps[0].status = .running
        place.server.hub.send(.deployment(late))
        try await place.finish(deployment)
        try await stream.end()
        #expect(stream.names == ["step", "deployment"])
    }

    @Test("reach a reader who was too slow for them whole, each line once")
    func slowReader() async throws {
        let place = try await Place()
        let deployment = try await place.begin()
        try await place.tell(1...1, of: deployment)
        let stream = try await place.api.open(place.path(deployment, "/log"), token: place.token, isPaused: true)
        try await place.tell(2...6000, of: deployment)
        stream.resume()
        try await place.tell(6001...6100, of: deployment)
        try await place.finish(deployment)
        try await stream.end()
        let seqs = try stream.events.filter { $0.name == "log" }.map { try $0.decoded(DeploymentLogLine.self).seq }
        #expect(seqs == Array(1...6100))
        #expect(stream.names.last == "deployment")
    }

    @Test("of a project that is deleted meanwhile do not keep their readers")
    func deleted() async throws {
        let place = try await Place()
        let deployment = try await place.begin()
        let stream = try await place.api.open(place.path(deployment, "/log"), token: place.token)
        try await place.tell(1...1, of: deployment)
        try await eventually { stream.names == ["log"] }
        try await place.api.store.deleteProject(place.project.id)
        place.server.hub.send(.projectDeleted(place.project.id, place.project.name, owner: place.project.ownerID))
        try await stream.end()
        #expect(stream.names == ["log"])
    }
}
