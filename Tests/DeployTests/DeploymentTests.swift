import Core
import FoundationEssentials
import Glibc
import Store
import Supervisor
import TestSupport
import Testing

@testable import Deploy

@Suite("A deployment")
struct DeploymentTests {
    @Test("goes through all its steps in their order, and the app then answers")
    func steps() async throws {
        try await Yard.with { yard in
            let upload = try yard.upload(Apps.server("hello", extra: #","build":"echo built""#))
            let request = try ProjectRequest(
                name: "shop", displayName: "Shop", startCommand: nil, port: nil,
                environment: [EnvironmentVariable(name: "COLOUR", value: "red")])
            let accepted = try await yard.deployer.create(request, upload: upload, owner: yard.owner.id, by: "ada")
            #expect(accepted.status == .running && accepted.steps.map(\.name) == [.upload, .unpack, .detect])
            #expect(access(upload.path, F_OK) != 0)
            let end = try await yard.ended(accepted)
            #expect(end.status == .success && end.version == 1 && end.startedBy == "ada", "\(end.notes)")
            #expect(end.steps.map(\.name) == DeploymentStep.Name.allCases)
            #expect(
                end.steps.map(\.status)
                    == [.success, .success, .success, .skipped, .success, .success, .success, .success])
            #expect(end.steps.last?.detail == "https://shop.example.test")
            #expect(try await yard.log(of: end).contains("built"))
            let project = try await yard.project("shop")
            #expect(project.status == .running && project.liveRelease == 1 && project.wanted == .running)
            #expect(try await yard.answer(of: "shop") == "1 hello")
            #expect(yard.stages.isEmpty && yard.uploads.isEmpty && yard.releaseFolders("shop") == ["1"])
            #expect(yard.traffic.routes(of: "shop").map(\.host.rawValue) == ["shop.example.test"])
        }
    }

    @Test("of static files starts nothing and publishes the folder", arguments: [".", "public"])
    func staticFiles(root: String) async throws {
        try await Yard.with { yard in
            let page = root == "." ? "index.html" : "\(root)/index.html"
            try await yard.live("site", [page: "hello", "nodepilot.json": #"{"static":{"root":"\#(root)"}}"#])
            let release = yard.data + "/projects/site/releases/1"
            let folder = root == "." ? "" : root
            #expect(
                yard.traffic.target(of: "site") == .files(root: release, folder: folder, singlePage: false))
            #expect(try await yard.pids(of: "site").isEmpty)
            #expect(try await yard.project("site").status == .running)
        }
    }

    @Test("runs as users of the project's own, who are gone with it", .enabled(if: Yard.isRoot))
    func users() async throws {
        try await Yard.with(enforced: true) { yard in
            let project = try await yard.live("shop", Apps.server("hello"))
            #expect(try await yard.answer(of: "shop") == "1 hello")
            let runner = try #require(getpwnam(yard.users.name(of: .runner(project.id)))).pointee.pw_uid
            let pid = try #require(try await yard.pids(of: "shop").first)
            var status = stat()
            #expect(stat("/proc/\(pid)", &status) == 0 && status.st_uid == runner)
            try await yard.deployer.delete(project)
            #expect(getpwnam(yard.users.name(of: .runner(project.id))) == nil)
            #expect(getpwnam(yard.users.name(of: .builder(project.id))) == nil)
            #expect(!yard.exists("projects/shop") && kill(pid, 0) != 0)
        }
    }

    @Test("that is refused in its request undoes the project: row, folder and users", .enabled(if: Yard.isRoot))
    func refusedCreation() async throws {
        try await Yard.with(enforced: true) { yard in
            for number in Int64(1)...2 {
                let upload = try number == 1 ? yard.brokenUpload() : yard.upload(["readme.txt": "nothing to run"])
                let request = try ProjectRequest(
                    name: "shop", displayName: nil, startCommand: nil, port: nil, environment: [])
                let refused = await #expect(throws: NodePilotError.self) {
                    try await yard.deployer.create(request, upload: upload, owner: yard.owner.id, by: "ada")
                }
                #expect(refused?.code == .unprocessable, "\(String(describing: refused))")
                #expect(try await yard.store.projects().isEmpty)
                #expect(!yard.exists("projects/shop") && yard.stages.isEmpty && access(upload.path, F_OK) != 0)
                #expect(yard.traffic.routes(of: "shop").isEmpty)
                #expect(getpwnam(yard.users.name(of: .runner(number))) == nil)
                #expect(getpwnam(yard.users.name(of: .builder(number))) == nil)
            }
        }
    }

    @Test("whose name is taken leaves the one that has it alone, and no upload")
    func takenName() async throws {
        try await Yard.with { yard in
            try await yard.live("shop", Apps.page())
            let refused = await #expect(throws: NodePilotError.self) { try await yard.create("shop", Apps.page()) }
            #expect(refused?.code == .conflict && refused?.fields.first?.name == "name")
            #expect(yard.uploads.isEmpty && yard.releaseFolders("shop") == ["1"])
            #expect(try await yard.project("shop").status == .running)
        }
    }

    /// What makes a deployment fail at a step.
    private static let broken: [(step: DeploymentStep.Name, files: [String: String])] = [
        (.detect, ["readme.txt": "nothing to run"]),
        (.install, Apps.server(extra: #","install":"echo no such package; exit 3""#)),
        (.build, Apps.server(extra: #","build":"echo syntax error; exit 4""#)),
        (.start, Apps.app(start: "no-such-program")),
        (.healthy, Apps.app(start: "sh -c 'echo boom; exit 5'")),
    ]

    @Test("that fails anywhere leaves what was live as it was", arguments: broken.indices)
    func failures(index: Int) async throws {
        let (step, files) = Self.broken[index]
        try await Yard.with { yard in
            try await yard.live("shop", Apps.server("first"))
            let pids = try await yard.pids(of: "shop")
            let failed: Deployment
            if step == .detect {
                await #expect(throws: NodePilotError.self) { try await yard.deploy(files, to: "shop") }
                failed = try #require(try await yard.store.deployments(of: try await yard.project("shop").id).first)
            } else {
                failed = try await yard.ended(try await yard.deploy(files, to: "shop"))
            }
            #expect(failed.status == .failed && failed.failure?.step == step, "\(failed.notes)")
            #expect(failed.steps.last?.name == step && failed.steps.last?.status == .failed)
            #expect(failed.failure?.message.isEmpty == false && failed.finishedAt != nil)
            #expect(yard.stages.isEmpty && yard.uploads.isEmpty && yard.releaseFolders("shop") == ["1"])
            let project = try await yard.project("shop")
            #expect(try await yard.store.releases(of: project.id).map(\.number) == [1])
            #expect(project.status == .running && project.liveRelease == 1)
            #expect(try await yard.pids(of: "shop") == pids)
            #expect(try await yard.answer(of: "shop") == "1 first")
            #expect(await yard.deployer.problem(of: project) == nil)
        }
    }

    @Test("that fails at first leaves a project that says so, and the next one mends it")
    func failedFirst() async throws {
        try await Yard.with { yard in
            let failed = try await yard.ended(try await yard.create("shop", Self.broken[4].files))
            #expect(failed.status == .failed)
            let project = try await yard.project("shop")
            #expect(project.status == .error && project.liveRelease == nil)
            let problem = try #require(await yard.deployer.problem(of: project))
            #expect(problem.contains("first deployment failed") && problem.contains("exit code 5"))
            #expect(yard.releaseFolders("shop").isEmpty && yard.exists("projects/shop/data"))
            let gate = yard.folder.path + "/go"
            let second = try await yard.deploy(Apps.slow(until: gate), to: "shop")
            #expect(try await yard.project("shop").status == .deploying)
            try yard.folder.write("go", "")
            #expect(try await yard.ended(second).status == .success)
            #expect(try await yard.project("shop").status == .running)
        }
    }

    @Test("does not undo a release that is live when the record of it cannot be read")
    func storeClosedAtTheEnd() async throws {
        try await Yard.with { yard in
            let gate = yard.folder.path + "/go"
            let deployment = try await yard.create("shop", Apps.slow(until: gate))
            let events = yard.hub.subscribe()
            yard.store.close()
            try yard.folder.write("go", "")
            for await event in events {
                if case .deployment(let told) = event, told.id == deployment.id, told.status.isFinal { break }
            }
            #expect(await yard.supervisor.allInstances().isEmpty)
            try await yard.restarted { after in
                try await after.deployer.recover()
                let found = try #require(try await after.store.deployment(id: deployment.id))
                #expect(found.status == .failed)
                #expect(after.stages.isEmpty && after.releaseFolders("shop").isEmpty)
            }
        }
    }

    @Test("of one project waits for the one before, from its build to its end")
    func queue() async throws {
        try await Yard.with { yard in
            let gate = yard.folder.path + "/go"
            try await yard.live("shop", Apps.server("first"))
            let second = try await yard.deploy(Apps.slow(until: gate, "second"), to: "shop")
            try await eventually { try await yard.log(of: second).contains("building") }
            let third = try await yard.deploy(Apps.server("third"), to: "shop")
            try await eventually { try await yard.log(of: third).contains("Waiting for the deployment before.") }
            #expect(try await yard.answer(of: "shop") == "1 first")
            try yard.folder.write("go", "")
            let ends = (try await yard.ended(second), try await yard.ended(third))
            #expect(ends.0.status == .success && ends.1.status == .success)
            #expect(ends.0.version == 2 && ends.1.version == 3)
            let lastOfSecond = try #require(ends.0.steps.last)
            let build = try #require(ends.1.steps.first { $0.name == .start })
            #expect(lastOfSecond.startedAt <= build.startedAt)
            #expect(try await yard.answer(of: "shop") == "3 third")
        }
    }

    @Test("is refused while three of the project are under way, and leaves no upload")
    func tooMany() async throws {
        try await Yard.with { yard in
            let gate = yard.folder.path + "/go"
            let first = try await yard.create("shop", Apps.slow(until: gate))
            let others = [
                try await yard.deploy(Apps.server(), to: "shop"), try await yard.deploy(Apps.server(), to: "shop"),
            ]
            let refused = await #expect(throws: NodePilotError.self) {
                try await yard.deploy(Apps.server(), to: "shop")
            }
            #expect(refused?.code == .conflict && yard.uploads.isEmpty)
            try yard.folder.write("go", "")
            for deployment in [first] + others { #expect(try await yard.ended(deployment).status == .success) }
            #expect(try await yard.ended(try await yard.deploy(Apps.server(), to: "shop")).status == .success)
        }
    }

    @Test("of which ten come at once all end well, and the last number is live")
    func crowd() async throws {
        try await Yard.with({ $0.deploymentsAtOnce = 10 }) { yard in
            try await yard.live("site", Apps.page("0"))
            let deployments = try await withThrowingTaskGroup(of: Deployment.self) { group in
                for number in 1...10 { group.addTask { try await yard.deploy(Apps.page("\(number)"), to: "site") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for deployment in deployments { #expect(try await yard.ended(deployment).status == .success) }
            let project = try await yard.project("site")
            #expect(project.liveRelease == 11 && project.status == .running)
            let kept = try await yard.store.releases(of: project.id).map(\.number)
            #expect(kept == [11, 10, 9, 8, 7] && yard.releaseFolders("site") == ["10", "11", "7", "8", "9"])
        }
    }
}
