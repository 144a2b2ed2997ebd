import Core
import FoundationEssentials
import Testing

@testable import Deploy

@Suite("What a project may say, and what its instances get")
struct RulesTests {
    private func field(of body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? NodePilotError)?.fields.first?.name
        }
    }

    private func request(
        name: String = "shop", displayName: String? = nil, startCommand: String? = nil, port: Int? = nil,
        environment: [EnvironmentVariable] = []
    ) throws -> ProjectRequest {
        try ProjectRequest(
            name: name, displayName: displayName, startCommand: startCommand, port: port, environment: environment)
    }

    @Test("Each field that breaks a rule is named")
    func fields() throws {
        #expect(field { _ = try request(name: "Shop") } == "name")
        #expect(field { _ = try request(displayName: "") } == "display_name")
        #expect(field { _ = try request(displayName: "a\nb") } == "display_name")
        #expect(field { _ = try request(displayName: String(repeating: "a", count: 101)) } == "display_name")
        #expect(field { _ = try request(startCommand: "node 'server.js") } == "start_command")
        #expect(field { _ = try request(startCommand: String(repeating: "a", count: 4097)) } == "start_command")
        for port in [-1, 0, 80, 1023, 65536] { #expect(field { _ = try request(port: port) } == "port") }
        for name in ["PORT", "HOST", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "NODEPILOT_DATA_DIR", "1A", "A-B"] {
            let variable = EnvironmentVariable(name: name, value: "x")
            #expect(field { _ = try request(environment: [variable]) } == "env_vars.\(name)")
        }
    }

    @Test("What is left out has its default, and the ends of the ranges are allowed")
    func defaults() throws {
        let plain = try request()
        #expect(plain.displayName == "shop" && plain.startCommand.isEmpty && plain.port == nil)
        for port in [1024, 65535] { #expect(try request(port: port).port == port) }
        #expect(try request(displayName: String(repeating: "ü", count: 100)).displayName.count == 100)
    }

    private func environment(
        own: [EnvironmentVariable], plan: [String: String] = [:], port: Int? = 20_001, service: String = "web"
    ) throws -> [String: String] {
        let project = Project(
            id: 7, name: try ProjectName("shop"), displayName: "Shop", path: "/d/projects/shop", startCommand: "",
            port: nil, status: .running, wanted: .running, ownerID: 1, settings: ProjectSettings(), liveRelease: 3,
            createdAt: Date(), updatedAt: Date())
        let release = Release(
            projectID: 7, number: 3,
            plan: AppPlan(
                kind: .node, detectedFrom: "package.json", pathFolders: ["node_modules/.bin"], environment: plan),
            sizeBytes: 1, createdAt: Date())
        return try InstanceEnvironment(
            project: project, release: release,
            service: ServicePlan(name: service, arguments: ["node"], listens: port != nil), port: port,
            folders: ProjectFolders(data: "/d"),
            addresses: SiteAddresses(domain: try HostName("example.test"), httpsPort: 8443), searchPath: "/bin",
            own: own
        ).variables
    }

    @Test("The project's own variables stand above the release's, and ours above all")
    func precedence() throws {
        let reserved = ["PORT", "HOST", "PATH", "HOME", "NODEPILOT", "NODEPILOT_PROJECT", "NODEPILOT_DATA_DIR"]
        let own = (reserved + ["NODE_ENV", "COLOUR"]).map { EnvironmentVariable(name: $0, value: "own") }
        let plan = Dictionary(uniqueKeysWithValues: (reserved + ["COLOUR", "SIZE"]).map { ($0, "plan") })
        let variables = try environment(own: own, plan: plan)
        #expect(variables["PORT"] == "20001" && variables["HOST"] == "127.0.0.1")
        #expect(variables["PATH"] == "/d/projects/shop/releases/3/node_modules/.bin:/bin")
        #expect(variables["HOME"] == "/d/projects/shop/data")
        #expect(variables["NODEPILOT_DATA_DIR"] == "/d/projects/shop/data")
        #expect(variables["NODEPILOT_PROJECT"] == "shop" && variables["NODEPILOT"] == "1")
        #expect(variables["NODEPILOT_RELEASE"] == "3" && variables["NODEPILOT_INSTANCE"] == "web.1")
        #expect(variables["NODEPILOT_URL"] == "https://shop.example.test:8443")
        #expect(variables["NODE_ENV"] == "own" && variables["COLOUR"] == "own" && variables["SIZE"] == "plan")
    }

    @Test("A service that listens on nothing has no PORT, whatever was set")
    func noPort() throws {
        let own = [EnvironmentVariable(name: "PORT", value: "1")]
        let variables = try environment(own: own, plan: ["PORT": "2"], port: nil, service: "worker")
        #expect(variables["PORT"] == nil && variables["NODEPILOT_SERVICE"] == "worker")
    }

    @Test("Addresses leave out the port of HTTPS, and a name that is too long for a host is refused")
    func addresses() throws {
        let domain = try HostName(Array(repeating: String(repeating: "a", count: 61), count: 4).joined(separator: "."))
        let addresses = SiteAddresses(domain: domain, httpsPort: 443)
        #expect(addresses.dashboard == "https://\(domain)")
        #expect(field { _ = try addresses.defaultHost(of: ProjectName("shopping-list")) } == "name")
    }
}
