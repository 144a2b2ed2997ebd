import Core
import Glibc
import Store
import Supervisor
import TestSupport
import Testing

@testable import Deploy

@Suite("Deleting a project")
struct DeletionTests {
    @Test("ends a build that is under way, and nothing of the project is left")
    func duringBuild() async throws {
        try await Yard.with { yard in
            let deployment = try await yard.create("shop", Apps.slow(until: yard.folder.path + "/never"))
            try await eventually { try await yard.log(of: deployment).contains("building") }
            let project = try await yard.project("shop")
            let events = yard.hub.subscribe()
            try await yard.deployer.delete(project)
            #expect(try await yard.store.projects().isEmpty)
            #expect(!yard.exists("projects/shop") && yard.stages.isEmpty)
            #expect(yard.traffic.routes(of: "shop").isEmpty)
            yard.hub.finish()
            var last: Deployment?
            var isDeleted = false
            for await event in events {
                if case .deployment(let told) = event { last = told }
                if case .projectDeleted(project.id, project.name, yard.owner.id) = event { isDeleted = true }
            }
            #expect(isDeleted && last?.status == .failed && last?.failure?.code == .unavailable)
            #expect(last?.failure?.step == .build)
        }
    }

    @Test("does not wait for another project's build that its own waits for")
    func duringWait() async throws {
        try await Yard.with { yard in
            let gate = yard.folder.path + "/go"
            let other = try await yard.create("other", Apps.slow(until: gate))
            try await eventually { try await yard.log(of: other).contains("building") }
            let waiting = try await yard.create("shop", Apps.server())
            try await eventually { try await yard.log(of: waiting).contains("Waiting for another build.") }
            try await yard.deployer.delete(try await yard.project("shop"))
            #expect(try await yard.store.deployment(id: other.id)?.status == .running)
            #expect(!yard.exists("projects/shop") && yard.stages == ["\(other.id)"])
            try yard.folder.write("go", "")
            #expect(try await yard.ended(other).status == .success)
        }
    }

    @Test("while its archive is unpacked ends that too, and brings no user or folder back", .enabled(if: Yard.isRoot))
    func duringReception() async throws {
        try await Yard.with(enforced: true) { yard in
            let project = try await yard.live("shop", Apps.page())
            var files = Apps.page()
            for number in 0..<3000 { files["part/\(number)"] = "x" }
            let upload = try yard.upload(files)
            let deployment = Task { try await yard.deployer.deploy(upload, to: project, by: "ada") }
            try await eventually { !yard.stages.isEmpty }
            try await yard.deployer.delete(project)
            if let accepted = try? await deployment.value {  // it was quicker
                #expect(try await yard.store.deployment(id: accepted.id) == nil)
            }
            try await eventually { yard.stages.isEmpty }
            #expect(!yard.exists("projects/shop") && yard.uploads.isEmpty)
            #expect(getpwnam(yard.users.name(of: .builder(project.id))) == nil)
            #expect(getpwnam(yard.users.name(of: .runner(project.id))) == nil)
        }
    }

    @Test("stops instances that only drain, before their folder and user go")
    func whileDraining() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("shop", Apps.server())
            let old = try #require(try await yard.pids(of: "shop").first)
            let release = yard.traffic.holdDrains()
            try await yard.deployer.restart(project)
            #expect(isAlive(old))
            try await yard.deployer.delete(project)
            #expect(!isAlive(old))
            #expect(await yard.supervisor.instances(of: project.id).isEmpty)
            release()
        }
    }

    @Test("that cannot be recorded says so, and twice at once is refused")
    func failure() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("shop", Apps.server())
            let results = await withTaskGroup(of: NodePilotError?.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        do {
                            try await yard.deployer.delete(project)
                            return nil
                        } catch {
                            return error as? NodePilotError
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.compactMap(\.?.code) == [.conflict])
            let other = try await yard.live("other", Apps.page())
            yard.store.close()
            let refused = await #expect(throws: NodePilotError.self) { try await yard.deployer.delete(other) }
            #expect(refused?.code == .unavailable)
            #expect(yard.exists("projects/other"))
        }
    }

    @Test("refuses what comes after, and frees the name without its data")
    func nameIsFree() async throws {
        try await Yard.with { yard in
            let project = try await yard.live("shop", Apps.page("old"))
            try yard.folder.write("data/projects/shop/data/secret", "of the owner before")
            try await yard.deployer.delete(project)
            for work in [
                { try await yard.deployer.start(project) }, { try await yard.deployer.restart(project) },
                { _ = try await yard.deployer.rollback(project, to: nil, by: "ada") },
                { _ = try await yard.deployer.deploy(yard.upload(Apps.page()), to: project, by: "ada") },
            ] as [() async throws -> Void] {
                await #expect(throws: NodePilotError.self) { try await work() }
            }
            #expect(yard.uploads.isEmpty && yard.stages.isEmpty)
            // As after a power cut between the row's end and the folder's.
            try yard.folder.write("data/projects/shop/data/secret", "of the owner before")
            try await yard.live("shop", Apps.page("new"))
            #expect(!yard.exists("projects/shop/data/secret"))
        }
    }
}
