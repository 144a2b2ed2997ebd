import Core
import FoundationEssentials
import Store
import Synchronization
import TestSupport
import Testing

@testable import Deploy

@Suite("The journal of a deployment")
struct JournalTests {
    private struct Broken: Error {}

    /// A journal of a first deployment, with the store and what its hub told.
    private static func with(_ body: (Journal, Store, EventHub) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let store = try await Store.open(directory: folder.path, logger: Yard.quiet)
        defer { store.close() }
        let owner = try await store.createUser(username: "ada", role: .user, passwordHash: "$2b$none")
        let project = try await store.createProject(
            NewProject(
                name: ProjectName("shop"), path: "/p/shop", ownerID: owner.id, defaultHost: HostName("shop.a.test")))
        let deployment = try await store.beginDeployment(
            project: project.id, kind: .deploy, startedBy: "ada", status: .running)
        let hub = EventHub()
        try await body(Journal(deployment, store: store, hub: hub, logger: Yard.quiet), store, hub)
    }

    @Test("A line is in the database before anybody hears of it, and they are told in their order")
    func lines() async throws {
        try await Self.with { journal, store, hub in
            let events = hub.subscribe(buffered: 100_000)
            let id = await journal.deployment.id
            let reader = Task {
                var seen: [Int] = []
                for await event in events {
                    if case .deploymentLog(let line, _) = event {
                        let stored = try await store.deploymentLog(id: id, after: line.seq - 1, limit: 1)
                        #expect(stored.map(\.text) == [line.text])
                        seen.append(line.seq)
                    }
                    if case .deployment(let deployment) = event, deployment.status.isFinal { break }
                }
                return seen
            }
            await withTaskGroup(of: Void.self) { group in
                for part in 0..<4 {
                    group.addTask { for number in 0..<700 { await journal.log("\(part).\(number)") } }
                }
            }
            await journal.finish(.success, notes: "done")
            let all = Array(1...2800)
            let told = try await reader.value
            #expect(told == all)
            let stored = try await store.deploymentLog(id: id).map(\.seq)
            #expect(stored == all)
        }
    }

    @Test("Steps reach the database while they run, also when nothing is written to the log")
    func quietSteps() async throws {
        try await Self.with { journal, store, _ in
            let id = await journal.deployment.id
            let detail = try await journal.step(.unpack) {
                try await eventually {
                    try await store.deployment(id: id)?.steps.map(\.status) == [.running]
                }
                return ("result", detail: "3 files")
            }
            #expect(detail == "result")
            await journal.skip(.install, because: "nothing to install")
            try await eventually { try await store.deployment(id: id)?.steps.count == 2 }
            let steps = try #require(try await store.deployment(id: id)).steps
            #expect(steps.map(\.name) == [.unpack, .install])
            #expect(steps.map(\.status) == [.success, .skipped])
            #expect(steps.map(\.detail) == ["3 files", "nothing to install"])
            #expect(steps.allSatisfy { $0.durationMs != nil })
        }
    }

    @Test("A step that throws has failed, and the failure names it, its code and what to do")
    func failure() async throws {
        try await Self.with { journal, store, hub in
            let events = hub.subscribe()
            let id = await journal.deployment.id
            let cause = NodePilotError(.unprocessable, "npm ci ended with exit code 1.", hint: "Look above.")
            await #expect(throws: NodePilotError.self) {
                try await journal.step(.install) { () async throws -> (Void, detail: String) in throw cause }
            }
            let known = await journal.fail(cause)
            #expect(known.code == .unprocessable && known.message == cause.message)
            let recorded = try #require(try await store.deployment(id: id))
            #expect(recorded.status == .failed && recorded.notes == cause.message && recorded.finishedAt != nil)
            #expect(
                recorded.failure
                    == DeploymentFailure(
                        step: .install, code: .unprocessable, message: cause.message, hint: "Look above."))
            #expect(recorded.steps.map(\.status) == [.failed])
            #expect(try await store.deploymentLog(id: id).map(\.text) == [cause.message, "Look above."])
            var last: Deployment?
            for await event in events {
                if case .deployment(let deployment) = event { last = deployment }
                if last?.status.isFinal == true { break }
            }
            #expect(last?.failure == recorded.failure)
        }
    }

    @Test("What nobody foresaw is told as our mistake, without its inside")
    func unexpected() async throws {
        try await Self.with { journal, _, _ in
            let known = await journal.fail(Broken())
            #expect(known.code == .internal && !known.description.contains("Broken"))
        }
    }

    @Test("A log that never ends is cut once, with a last line that says so")
    func endless() async throws {
        try await Self.with { journal, store, _ in
            for number in 0..<(Journal.maximumLines + 50) { await journal.log("\(number)") }
            await journal.finish(.success, notes: "done")
            let lines = try await store.deploymentLog(id: await journal.deployment.id)
            #expect(lines.count == Journal.maximumLines)
            #expect(lines.last?.text.contains("the rest is not kept") == true)
        }
    }

    @Test("Nothing is announced that could not be saved, and the deployment still ends for its readers")
    func brokenStore() async throws {
        try await Self.with { journal, store, hub in
            let events = hub.subscribe()
            store.close()
            for number in 0..<300 { await journal.log("\(number)") }
            await journal.finish(.failed, notes: "the disk is full")
            hub.finish()
            var told: [Event] = []
            for await event in events { told.append(event) }
            #expect(!told.contains { if case .deploymentLog = $0 { true } else { false } })
            guard case .deployment(let last) = told.last else {
                Issue.record("The end was not told.")
                return
            }
            #expect(last.status == .failed)
        }
    }
}
