import Core
import FoundationEssentials
import Glibc
import Store
import TestSupport
import Testing

@testable import Deploy

@Suite("After a restart")
struct BootTests {
    @Test("what was wanted to run runs again, what was stopped stays so, and a broken one is off by itself")
    func resume() async throws {
        try await Yard.with { yard in
            try await yard.live("good", Apps.server())
            try await yard.live("site", Apps.page())
            try await yard.live("gone", Apps.server())
            let stopped = try await yard.live("stopped", Apps.server())
            try await yard.deployer.stop(stopped)
            let before = try await yard.pids(of: "good") + yard.pids(of: "gone")
            try FileManager.default.removeItem(atPath: yard.data + "/projects/gone/releases/1")
            try await yard.restarted { after in
                try await after.deployer.recover()
                #expect(before.allSatisfy { !isAlive($0) })
                #expect(try await after.project("good").status == .starting)
                #expect(after.traffic.target(of: "good") == .unavailable("good is not running now."))
                try await after.deployer.resume()
                #expect(try await after.project("good").status == .running)
                #expect(try await after.answer(of: "good") == "1")
                #expect(try await after.project("site").status == .running)
                let gone = try await after.project("gone")
                #expect(gone.status == .error && gone.wanted == .running)
                #expect(await after.deployer.problem(of: gone)?.isEmpty == false)
                #expect(try await after.project("stopped").status == .stopped)
                #expect(try await after.pids(of: "stopped").isEmpty)
            }
        }
    }

    @Test("unfinished deployments have failed, and their leftovers are gone")
    func leftovers() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("shop", Apps.page())
            let unfinished = try await yard.store.beginDeployment(
                project: project.id, kind: .deploy, startedBy: "ada", status: .running)
            try yard.folder.write("data/staging/\(unfinished.id)/tree/a", "x")
            try yard.folder.write("data/uploads/half.upload", "x")
            try yard.folder.write("data/projects/shop/releases/2/index.html", "built, never recorded")
            try await yard.restarted { after in
                try await after.deployer.recover()
                let found = try #require(try await after.store.deployment(id: unfinished.id))
                #expect(found.status == .failed && found.failure?.code == .unavailable)
                #expect(after.stages.isEmpty && after.uploads.isEmpty && after.releaseFolders("shop") == ["1"])
                try await after.deployer.resume()
                #expect(try await after.project("shop").status == .running)
            }
        }
    }

    @Test("a project whose first deployment was cut off is not deploying any more")
    func cutFirst() async throws {
        try await Yard.with { yard in
            let project = try await yard.store.createProject(
                NewProject(
                    name: ProjectName("shop"), path: yard.data + "/projects/shop", ownerID: yard.owner.id,
                    defaultHost: HostName("shop.example.test")))
            _ = try await yard.store.beginDeployment(
                project: project.id, kind: .deploy, startedBy: "ada", status: .running)
            #expect(project.status == .deploying)
            try await yard.restarted { after in
                try await after.deployer.recover()
                try await after.deployer.resume()
                #expect(try await after.project("shop").status == .error)
            }
        }
    }

    @Test("default hosts follow the server's domain, and one that is taken keeps nobody else from theirs")
    func domain() async throws {
        try await Yard.with { yard in
            let shop = try await yard.live("shop", Apps.page())
            try await yard.live("site", Apps.page())
            _ = try await yard.store.addDomain(project: shop.id, host: HostName("site.other.test"))
            let moved = SiteAddresses(domain: try HostName("other.test"), httpsPort: 443)
            try await yard.restarted({ $0.addresses = moved }) { after in
                try await after.deployer.recover()
                try await after.deployer.resume()
                let hosts = after.traffic.routes(of: "shop").map(\.host.rawValue)
                #expect(hosts == ["shop.other.test", "site.other.test"])
                #expect(after.traffic.routes(of: "site").map(\.host.rawValue) == ["site.example.test"])
                #expect(try await after.project("site").status == .running)
            }
        }
    }

    @Test("what people did before their project's turn is not undone")
    func racingPeople() async throws {
        try await Yard.with { yard in
            let started = try await yard.live("started", Apps.server())
            let stopped = try await yard.live("stopped", Apps.server())
            try await yard.restarted { after in
                try await after.deployer.recover()
                try await after.deployer.start(started)
                try await after.deployer.stop(stopped)
                let pids = try await after.pids(of: "started")
                try await after.deployer.resume()
                #expect(try await after.pids(of: "started") == pids && pids.count == 1)
                #expect(try await after.pids(of: "stopped").isEmpty)
                #expect(try await after.project("stopped").status == .stopped)
            }
        }
    }

    @Test("an app that is not healthy yet is kept and started until it is")
    func late() async throws {
        try await Yard.with { yard in
            let flag = yard.data + "/database"
            try yard.folder.write("data/database", "")
            var files = Apps.server()
            files["server.js"] =
                "if (!require('fs').existsSync('\(flag)')) process.exit(3)\n" + (files["server.js"] ?? "")
            try await yard.live("shop", files)
            unlink(flag)
            try await yard.restarted { after in
                try await after.deployer.recover()
                try await after.deployer.resume()
                #expect(try await after.project("shop").wanted == .running)
                try yard.folder.write("data/database", "")
                try await eventually { try await after.answer(of: "shop") == "1" }
                try await eventually { try await after.project("shop").status == .running }
            }
        }
    }

    @Test("nothing new begins while the server stops, and what is under way ends as failed")
    func shutdown() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("shop", Apps.server())
            let slow = try await yard.deploy(Apps.slow(until: yard.folder.path + "/never"), to: "shop")
            try await eventually { try await yard.log(of: slow).contains("building") }
            let pid = try #require(try await yard.pids(of: "shop").first)
            await yard.deployer.shutdown()
            #expect(!isAlive(pid))
            let end = try #require(try await yard.store.deployment(id: slow.id))
            #expect(end.status == .failed && end.failure?.code == .unavailable && end.failure?.step == .build)
            #expect(yard.stages.isEmpty && yard.releaseFolders("shop") == ["1"])
            for work in [
                { try await yard.deployer.start(project) }, { try await yard.deployer.restart(project) },
                { try await yard.create("other", Apps.page()) }, { try await yard.deploy(Apps.page(), to: "shop") },
            ] as [() async throws -> Void] {
                let refused = await #expect(throws: NodePilotError.self) { try await work() }
                #expect(refused?.code == .unavailable)
            }
            #expect(yard.uploads.isEmpty)
            #expect(try await yard.project("shop").wanted == .running)
        }
    }
}
