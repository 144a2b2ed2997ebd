import Core
import FoundationEssentials
import HTTPTypes
import Store
import Testing

@testable import API

@Suite("The stream of events", .timeLimit(.minutes(3)))
struct EventRouteTests {
    private static let usage = SystemUsage(
        cpuPercent: 12.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskUsedBytes: 3, diskTotalBytes: 4, load1: 0.5)

    @Test("tells everybody what they may read, and nothing else")
    func visibility() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let hub = try #require(api.server).hub
        let (ada, bob) = (try await api.user("ada"), try await api.user("bob"))
        let viewer = try await api.user("eve", .viewer)
        let mine = try await api.project("mine", of: ada)
        let other = try await api.project("other", of: bob)
        let streams = [
            try await api.open("/api/events", token: api.accessToken(of: ada)),
            try await api.open("/api/events", token: api.accessToken(of: viewer)),
        ]
        // Each stream subscribes in its own time: it is there when it tells.
        try await eventually {
            hub.send(.metrics(MetricsSample(at: api.clock.now, system: Self.usage, projects: [])))
            return streams.allSatisfy { !$0.names.isEmpty }
        }
        for project in [other, mine] {
            let deployment = try await api.store.beginDeployment(
                project: project.id, kind: .deploy, startedBy: "x", status: .running)
            hub.send(.project(project.id))
            hub.send(.deployment(deployment))
            let line = DeploymentLogLine(
                deploymentID: deployment.id, seq: 1, at: api.clock.now, step: .build, text: "from \(project.name)")
            hub.send(.deploymentLog(line, project: project.id))
        }
        let usage = [mine, other].map { ProjectUsage(projectID: $0.id, cpuPercent: 1, memoryBytes: 7) }
        hub.send(.metrics(MetricsSample(at: api.clock.now, system: Self.usage, projects: usage)))
        hub.send(.projectDeleted(99, try ProjectName("gone"), owner: bob.id))
        hub.send(.projectDeleted(98, try ProjectName("last"), owner: ada.id))
        for stream in streams { try await eventually { stream.events.last?.data.contains("last") == true } }
        let kinds = ["project", "deployment", "deployment_log"]
        let (adas, eves) = (
            streams[0].events.drop { $0.name == "metrics" }, streams[1].events.drop { $0.name == "metrics" }
        )
        #expect(adas.map(\.name) == kinds + ["metrics", "project_deleted"])
        #expect(!adas.contains { $0.data.contains("other") || $0.data.contains("gone") })
        #expect(eves.map(\.name) == kinds + kinds + ["metrics", "project_deleted", "project_deleted"])
        let view = try #require(adas.first).decoded(ProjectView.self)
        #expect(view.name == mine.name && view.owner == "ada")
        func projects(_ events: ArraySlice<OpenStream.Event>) throws -> [Project.ID] {
            try #require(events.first { $0.name == "metrics" }).decoded(MetricsSample.self).projects.map(\.projectID)
        }
        #expect(try projects(adas) == [mine.id])
        #expect(try projects(eves) == [mine.id, other.id])
        for stream in streams { await stream.close() }
    }

    @Test("tells a reader who is too slow to load everything again, and ends")
    func resync() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let hub = try #require(api.server).hub
        let token = try await api.accessToken(of: api.user("ada"))
        let sample = MetricsSample(at: api.clock.now, system: Self.usage, projects: [])
        let quick = try await api.open("/api/events", token: token)
        let slow = try await api.open("/api/events", token: token, isPaused: true)
        try await eventually {
            hub.send(.metrics(sample))
            return !quick.names.isEmpty
        }
        // A stream that is not read takes its buffer's worth, and one that is being written.
        for _ in 0..<2000 { hub.send(.metrics(sample)) }
        slow.resume()
        try await slow.end()
        #expect(slow.events.last?.name == "resync" && slow.events.last?.data == "{}")
        #expect(slow.names.count < 2000)
        await quick.close()
    }

    @Test("ends for a caller whose access ends")
    func revoked() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let hub = try #require(api.server).hub
        let ada = try await api.user("ada")
        let admin = try await api.accessToken(of: api.user("root", .admin))
        let stream = try await api.open("/api/events", token: api.accessToken(of: ada))
        try await eventually {
            hub.send(.metrics(MetricsSample(at: api.clock.now, system: Self.usage, projects: [])))
            return !stream.names.isEmpty
        }
        #expect(try await api.send(.delete, "/api/users/ada", token: admin).status == 204)
        try await stream.end()
    }
}
