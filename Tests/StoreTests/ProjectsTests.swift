import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Projects")
struct ProjectsTests {
    @Test("A new project has its row, its default domain and its environment at once")
    func creation() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let project = try await store.createProject(
                NewProject(
                    name: ProjectName("shop"), displayName: "My Shop", path: "/p/shop", startCommand: "node a.js",
                    port: 3000, ownerID: ada.id, environment: [.init(name: "A", value: "1")],
                    settings: ProjectSettings(httpsRedirect: false, healthPath: "/up", singlePage: true),
                    defaultHost: HostName("shop.example.com")))
            let expected = Project(
                id: project.id, name: try ProjectName("shop"), displayName: "My Shop", path: "/p/shop",
                startCommand: "node a.js", port: 3000, status: .deploying, wanted: .stopped, ownerID: ada.id,
                settings: ProjectSettings(httpsRedirect: false, healthPath: "/up", singlePage: true), liveRelease: nil,
                createdAt: Clock.start, updatedAt: Clock.start)
            #expect(project == expected)
            #expect(try await store.project(id: project.id) == expected)
            #expect(try await store.project(named: ProjectName("shop")) == expected)
            #expect(try await store.domains(of: project.id).map(\.host.rawValue) == ["shop.example.com"])
            #expect(try await store.environment(of: project.id).map(\.name) == ["A"])
            #expect(try await store.value("SELECT pm2_name FROM projects") == "nodepilot-shop")
        }
    }

    @Test("A name, host or port that is taken leaves nothing behind")
    func conflicts() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject("shop", owner: ada, port: 3000)
            _ = try await store.addDomain(project: shop.id, host: HostName("blog.example.com"))
            #expect(
                try await expect(.conflict) { try await store.addProject("shop", owner: ada) }.fields.first?.name
                    == "name")
            #expect(
                try await expect(.conflict) { try await store.addProject("blog", owner: ada) }.fields.first?.name
                    == "host")
            let port = try await expect(.conflict) { try await store.addProject("api2", owner: ada, port: 3000) }
            #expect(port.fields.first?.name == "port" && !port.message.contains("shop"))
            try await expect(.invalidInput) { try await store.addProject("api2", owner: ada, port: 65536) }
            try await expect(.invalidInput) {
                try await store.addProject("api2", owner: ada, environment: [.init(name: "1", value: "")])
            }
            let nobody = User(id: 99, username: "x", role: .user, createdAt: Clock.start)
            try await expect(.notFound) { try await store.addProject("api2", owner: nobody) }
            #expect(try await store.projects() == [shop])
            #expect(try await store.allDomains().count == 2)
        }
    }

    @Test("Projects are listed by name, all or one's own")
    func listing() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser("ada")
            let bob = try await store.addUser("bob")
            for (name, owner) in [("c", ada), ("a", bob), ("b", ada)] {
                _ = try await store.addProject(name, owner: owner)
            }
            #expect(try await store.projects().map(\.name.rawValue) == ["a", "b", "c"])
            #expect(try await store.projects(ownedBy: ada.id).map(\.name.rawValue) == ["b", "c"])
            #expect(try await store.project(id: 99) == nil)
            #expect(try await store.project(named: ProjectName("none")) == nil)
        }
    }

    @Test("An update writes the settings and nothing else")
    func update() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let project = try await store.addProject(owner: ada)
            _ = try await store.addProject("other", owner: ada, port: 4000)
            fixture.clock.advance(by: 5)
            let updated = try await store.updateProject(project.id) { project in
                project.displayName = "New"
                project.startCommand = "node b.js"
                project.port = 3000
                project.settings = ProjectSettings(httpsRedirect: false, healthPath: "/up", singlePage: true)
                project.status = .error
                project.path = "/elsewhere"
            }
            #expect(updated.displayName == "New" && updated.startCommand == "node b.js" && updated.port == 3000)
            #expect(updated.settings == ProjectSettings(httpsRedirect: false, healthPath: "/up", singlePage: true))
            #expect(updated.status == .deploying && updated.path == "/p/shop")
            #expect(updated.updatedAt == Clock.start.addingTimeInterval(5) && updated.createdAt == Clock.start)
            #expect(try await store.project(id: project.id) == updated)
            #expect(try await store.updateProject(project.id) { $0.port = 3000 }.port == 3000)
            try await expect(.conflict) { try await store.updateProject(project.id) { $0.port = 4000 } }
            try await expect(.invalidInput) {
                try await store.updateProject(project.id) { $0.settings.healthPath = "x" }
            }
            try await expect(.forbidden) {
                try await store.updateProject(project.id) { project in
                    project.displayName = "No"
                    throw NodePilotError(.forbidden, "No.")
                }
            }
            #expect(try await store.project(id: project.id)?.displayName == "New")
            try await expect(.notFound) { try await store.updateProject(99) { _ in } }
        }
    }

    @Test("State and wish are remembered")
    func state() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let project = try await store.addProject(owner: store.addUser())
            for status in Project.Status.allCases {
                try await store.setStatus(project: project.id, to: status)
                #expect(try await store.project(id: project.id)?.status == status)
            }
            try await store.setWanted(project: project.id, to: .running)
            #expect(try await store.project(id: project.id)?.wanted == .running)
            try await expect(.notFound) { try await store.setStatus(project: 99, to: .running) }
            try await expect(.notFound) { try await store.setWanted(project: 99, to: .running) }
        }
    }

    @Test("Deleting removes all that belongs to it, and its number is never given out again")
    func deletion() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let project = try await store.addProject(owner: ada, environment: [.init(name: "A", value: "1")])
            let release = try await store.addRelease(project: project.id, plan: plan, sizeBytes: 1)
            _ = try await store.setLiveRelease(project: project.id, number: release.number)
            let deployment = try await store.beginDeployment(project: project.id, kind: .deploy, startedBy: "ada")
            try await store.recordProgress(
                deployment: deployment.id, steps: [.init(name: .upload, status: .running, startedAt: Clock.start)])
            try await store.recordProgress(
                deployment: deployment.id,
                lines: [.init(deploymentID: deployment.id, seq: 1, at: Clock.start, step: .upload, text: "x")])

            try await store.deleteProject(project.id)
            for table in [
                "projects", "services", "releases", "domains", "environment", "deployments", "deployment_steps",
                "deployment_log",
            ] {
                #expect(try await store.value("SELECT count(*) FROM \(table)") == 0, "\(table)")
            }
            try await expect(.notFound) { try await store.deleteProject(project.id) }
            let reopened = try await fixture.reopened()
            #expect(try await reopened.addProject(owner: ada).id > project.id)
        }
    }
}
