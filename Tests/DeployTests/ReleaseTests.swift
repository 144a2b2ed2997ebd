import Core
import Glibc
import Store
import TestSupport
import Testing

@testable import Deploy
@testable import Supervisor

@Suite("What is live")
struct ReleaseTests {
    @Test("is switched without anybody waiting: the old instance ends when its requests have")
    func drain() async throws {
        try await Yard.with { yard in
            try await yard.live("shop", Apps.server("first"))
            let old = try #require(try await yard.pids(of: "shop").first)
            let release = yard.traffic.holdDrains()
            let second = try await yard.ended(try await yard.deploy(Apps.server("second"), to: "shop"))
            #expect(second.status == .success)
            #expect(try await yard.answer(of: "shop") == "2 second")
            try await eventually { yard.traffic.drained.map(\.release) == [1] }
            #expect(isAlive(old))
            release()
            try await eventually { !isAlive(old) }
            try await eventually { try await yard.pids(of: "shop").count == 1 }
        }
    }

    @Test("goes back to the release before, or to any that is kept, and says which there are")
    func rollback() async throws {
        try await Yard.with { yard in
            var project = try await yard.live("shop", Apps.server())
            let none = await #expect(throws: NodePilotError.self) {
                try await yard.deployer.rollback(project, to: nil, by: "ada")
            }
            #expect(none?.code == .conflict)
            for _ in 2...3 { _ = try await yard.ended(try await yard.deploy(Apps.server(), to: "shop")) }
            project = try await yard.project("shop")
            let back = try await yard.deployer.rollback(project, to: nil, by: "ada")
            #expect(back.kind == .rollback && back.version == 2)
            let end = try await yard.ended(back)
            #expect(end.status == .success && end.version == 2 && end.notes == "Release 2 is live.")
            #expect(end.steps.map(\.name) == [.start, .healthy, .live])
            #expect(try await yard.answer(of: "shop") == "2")
            project = try await yard.project("shop")
            #expect(project.liveRelease == 2)
            #expect(try await yard.ended(yard.deployer.rollback(project, to: 3, by: "ada")).status == .success)
            #expect(try await yard.answer(of: "shop") == "3")
            project = try await yard.project("shop")
            let live = await #expect(throws: NodePilotError.self) {
                try await yard.deployer.rollback(project, to: 3, by: "ada")
            }
            #expect(live?.code == .conflict)
            let unknown = await #expect(throws: NodePilotError.self) {
                try await yard.deployer.rollback(project, to: 9, by: "ada")
            }
            #expect(unknown?.code == .notFound && unknown?.hint == "There are: 3, 2, 1.")
        }
    }

    @Test("stays on disk however many releases come, and of the others the newest")
    func pruning() async throws {
        try await Yard.with({ $0.keptReleases = 3 }) { yard in
            try await yard.live("site", Apps.page("1"))
            for number in 2...4 {
                _ = try await yard.ended(try await yard.deploy(Apps.page("\(number)"), to: "site"))
            }
            var project = try await yard.project("site")
            #expect(yard.releaseFolders("site") == ["2", "3", "4"])
            _ = try await yard.ended(yard.deployer.rollback(project, to: 2, by: "ada"))
            // Fails after it was built: what is live is older than what would be kept.
            for _ in 1...3 {
                let failed = try await yard.deploy(Apps.app(start: "no-such-program"), to: "site")
                #expect(try await yard.ended(failed).status == .failed)
            }
            #expect(yard.releaseFolders("site") == ["2", "3", "4"])
            _ = try await yard.ended(try await yard.deploy(Apps.page("8"), to: "site"))
            project = try await yard.project("site")
            #expect(project.liveRelease == 8)
            try await eventually { yard.releaseFolders("site") == ["3", "4", "8"] }
            #expect(try await yard.store.releases(of: project.id).map(\.number) == [8, 4, 3])
        }
    }

    @Test("stops, starts and restarts, with the status that it then has")
    func operations() async throws {
        try await Yard.with { yard in
            var project = try await yard.live("shop", Apps.server())
            let first = try #require(try await yard.pids(of: "shop").first)
            try await yard.deployer.start(project)
            #expect(try await yard.pids(of: "shop") == [first])
            try await yard.deployer.stop(project)
            project = try await yard.project("shop")
            #expect(project.status == .stopped && project.wanted == .stopped && !isAlive(first))
            #expect(yard.traffic.target(of: "shop") == .unavailable("shop is not running now."))
            try await yard.deployer.start(project)
            project = try await yard.project("shop")
            #expect(project.status == .running && project.wanted == .running)
            #expect(try await yard.answer(of: "shop") == "1")
            let second = try #require(try await yard.pids(of: "shop").first)
            try await yard.deployer.restart(project)
            #expect(try await yard.answer(of: "shop") == "1")
            try await eventually { !isAlive(second) }
            #expect(try await yard.project("shop").status == .running)
        }
    }

    @Test("says while it stops that it is stopping, and while it starts that it is starting")
    func phases() async throws {
        try await Yard.with { yard in
            // It takes its time at both ends.
            var files = Apps.server()
            files["server.js"] = """
                process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300))
                const http = require('http')
                setTimeout(() => http.createServer((q, r) => r.end('x')).listen(process.env.PORT, '127.0.0.1'), 300)
                """
            let project = try await yard.live("shop", files)
            let events = yard.hub.subscribe(buffered: 10_000)
            let seen = Task {
                var seen: [Project.Status] = []
                for await event in events {
                    guard case .project(let id) = event, let now = try await yard.store.project(id: id) else {
                        continue
                    }
                    if seen.last != now.status { seen.append(now.status) }
                }
                return seen
            }
            try await yard.deployer.stop(project)
            try await yard.deployer.start(project)
            yard.hub.finish()
            let statuses = try await seen.value
            #expect(Set(statuses).isSubset(of: [.stopping, .stopped, .starting, .running]), "\(statuses)")
            #expect(statuses.contains(.stopping) && statuses.contains(.starting) && statuses.last == .running)
        }
    }

    @Test("cannot start without a release, and one that does not come up says why")
    func failedStart() async throws {
        try await Yard.with { yard in
            let failed = try await yard.ended(try await yard.create("shop", Apps.app(start: "no-such-program")))
            #expect(failed.status == .failed)
            let nothing = await #expect(throws: NodePilotError.self) {
                try await yard.deployer.start(try await yard.project("shop"))
            }
            #expect(nothing?.code == .conflict)
            let project = try await yard.live("other", Apps.server())
            try await yard.deployer.stop(project)
            try yard.folder.write(
                "data/projects/other/releases/1/server.js", "console.log('no licence'); process.exit(9)")
            let broken = await #expect(throws: NodePilotError.self) { try await yard.deployer.start(project) }
            #expect(broken?.code == .unprocessable && broken?.output.contains { $0.contains("no licence") } == true)
            let now = try await yard.project("other")
            #expect(now.status == .error)
            #expect(await yard.deployer.problem(of: now)?.contains("exit code 9") == true)
            #expect(try await yard.pids(of: "other").isEmpty)
        }
    }

    @Test("crashes: error while it is started again and again, running when it has recovered")
    func crashes() async throws {
        try await Yard.with { yard in
            let flag = yard.folder.path + "/data/broken"
            var files = Apps.server()
            files["server.js"] =
                "if (require('fs').existsSync('\(flag)')) process.exit(3)\n" + (files["server.js"] ?? "")
            try await yard.live("shop", files)
            let pid = try #require(try await yard.pids(of: "shop").first)
            try yard.folder.write("data/broken", "")
            kill(pid, SIGKILL)
            try await eventually { try await yard.project("shop").status == .error }
            let project = try await yard.project("shop")
            try await eventually { await yard.deployer.problem(of: project)?.contains("web.1 ended with") == true }
            unlink(flag)
            try await eventually {
                let status = try await yard.project("shop").status
                let states = await yard.supervisor.instances(of: project.id).map(\.state)
                return status == .running && states == [.running]
            }
            try await eventually { try await yard.answer(of: "shop") == "1" }
        }
    }

    @Test("on a port of its own goes first, and comes back when the next one fails")
    func fixedPort() async throws {
        try await Yard.with { yard in
            let port = Loopback.freePort()
            let project = try await yard.live("shop", Apps.server("first"), port: port)
            #expect(await Loopback.get(port) == "1 first")
            let second = try await yard.ended(try await yard.deploy(Apps.server("second"), to: "shop"))
            #expect(second.status == .success, "\(second.notes)")
            #expect(await Loopback.get(port) == "2 second")
            let failed = try await yard.ended(try await yard.deploy(Apps.app(start: "sh -c 'exit 5'"), to: "shop"))
            #expect(failed.status == .failed)
            #expect(await Loopback.get(port) == "2 second")
            let now = try await yard.project("shop")
            #expect(now.status == .running && now.liveRelease == 2)
            #expect(
                yard.traffic.target(of: "shop") == .upstreams([Upstream(port: port, instance: "web.1", release: 2)]))
            try await yard.deployer.restart(project)
            #expect(await Loopback.get(port) == "2 second")
        }
    }

    @Test("takes a port of its own over beside the one that NodePilot chose, without a gap")
    func portChange() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("shop", Apps.server())
            let old = try #require(try await yard.pids(of: "shop").first)
            let port = Loopback.freePort()
            _ = try await yard.store.updateProject(project.id) { $0.port = port }
            let release = yard.traffic.holdDrains()
            try await yard.deployer.restart(try await yard.project("shop"))
            #expect(await Loopback.get(port) == "1" && isAlive(old))
            release()
            try await eventually { !isAlive(old) }
        }
    }

    @Test("is started with the command that the project has by then")
    func startCommand() async throws {
        try await Yard.with { yard in
            var files = Apps.server("detected")
            files["other.js"] = files["server.js"]?.replacing("detected", with: "own")
            let project = try await yard.live("shop", files)
            _ = try await yard.store.updateProject(project.id) { $0.startCommand = "node other.js" }
            try await yard.deployer.restart(try await yard.project("shop"))
            #expect(try await yard.answer(of: "shop") == "1 own")
            _ = try await yard.store.updateProject(project.id) { $0.startCommand = "" }
            try await yard.deployer.restart(try await yard.project("shop"))
            #expect(try await yard.answer(of: "shop") == "1 detected")
        }
    }

    @Test("is told to the edge anew when its domains change")
    func domains() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("site", Apps.page())
            _ = try await yard.store.addDomain(project: project.id, host: HostName("www.site.test"))
            _ = try await yard.store.updateProject(project.id) { $0.settings.httpsRedirect = false }
            await yard.deployer.settingsChanged(of: project.id)
            let routes = yard.traffic.routes(of: "site")
            #expect(routes.map(\.host.rawValue) == ["site.example.test", "www.site.test"])
            #expect(routes.allSatisfy { !$0.redirectsToHTTPS })
        }
    }
}

func isAlive(_ pid: Int32) -> Bool {
    ProcessTable.row(of: pid).map { !$0.isZombie } ?? false
}
