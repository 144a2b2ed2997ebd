import Core
import FoundationEssentials
import Testing

@testable import Deploy

@Suite("The environment of an instance")
struct InstanceEnvironmentTests {
    private func environment(own: [EnvironmentVariable], plan: [String: String] = [:]) throws -> [String: String] {
        let name = try ProjectName("shop")
        let project = Project(
            id: 1, name: name, displayName: "Shop", path: "/data/projects/shop", startCommand: "", port: nil,
            status: .running, wanted: .running, ownerID: 1, settings: ProjectSettings(), liveRelease: 3,
            createdAt: Date(), updatedAt: Date())
        let release = Release(
            projectID: 1, number: 3,
            plan: AppPlan(
                kind: .node, detectedFrom: "package.json", pathFolders: ["node_modules/.bin"], environment: plan),
            sizeBytes: 0, createdAt: Date())
        return try InstanceEnvironment(
            project: project, release: release, service: ServicePlan(name: "web", arguments: ["node"], listens: true),
            port: 20_001, folders: ProjectFolders(data: "/data"),
            addresses: SiteAddresses(domain: HostName("example.com"), httpsPort: 443), searchPath: "/usr/bin:/bin",
            own: own
        ).variables
    }

    @Test("has what an app needs to know")
    func ours() throws {
        let variables = try environment(own: [])
        #expect(variables["PORT"] == "20001" && variables["HOST"] == "127.0.0.1")
        #expect(variables["NODE_ENV"] == "production")
        #expect(variables["PATH"] == "/data/projects/shop/releases/3/node_modules/.bin:/usr/bin:/bin")
        #expect(variables["HOME"] == "/data/projects/shop/data")
        #expect(variables["NODEPILOT_DATA_DIR"] == "/data/projects/shop/data")
        #expect(variables["NODEPILOT_URL"] == "https://shop.example.com")
    }

    @Test("lets the project's own win over the release's, and ours over both")
    func layers() throws {
        let own = ["LEVEL", "PORT", "HOME", "NODEPILOT_PROJECT"].map { EnvironmentVariable(name: $0, value: "own") }
        let variables = try environment(own: own, plan: ["LEVEL": "plan", "COLOUR": "plan", "PORT": "plan"])
        #expect(variables["LEVEL"] == "own" && variables["COLOUR"] == "plan")
        #expect(variables["PORT"] == "20001" && variables["NODEPILOT_PROJECT"] == "shop")
        #expect(variables["HOME"] == "/data/projects/shop/data")
    }
}
