import Core
import Glibc
import Synchronization
import Testing

@testable import Supervisor

@Suite("The supervisor")
struct SupervisorTests {
    private func only(_ workshop: Workshop) async -> InstanceStatus? {
        await workshop.supervisor.instances(of: Workshop.project).first
    }

    @Test("A process that is not kept stays down and is listed as failed, with how it ended")
    func notKept() async throws {
        try await Workshop.with { workshop in
            let id = try await workshop.supervisor.start(workshop.shell("exit 4"))
            try await eventually { await only(workshop)?.state == .failed }
            #expect(await only(workshop)?.lastExit == "exit code 4")
            #expect(await only(workshop)?.restarts == 0)
            #expect(await workshop.supervisor.stop(id) == .exited(4))
            #expect(await only(workshop) == nil)
        }
    }

    @Test("A kept one is started again with a growing pause, on the same port and under the same name")
    func restarts() async throws {
        try await Workshop.with { workshop in
            let port = try await workshop.supervisor.reservePort()
            let id = try await workshop.supervisor.start(workshop.shell("echo port $PORT; exit 1", port: port))
            await workshop.supervisor.keep(id)
            try await eventually { await (only(workshop)?.restarts ?? 0) >= 3 }
            #expect(await only(workshop)?.name == "web.1")
            #expect(await only(workshop)?.port == port)
            await workshop.supervisor.stop(id)
            let lines = try await workshop.tail()
            #expect(lines.filter { $0.text == "port \(port)" }.count >= 3)
            let remarks = lines.filter { $0.stream == .nodepilot }.map(\.text)
            #expect(remarks.contains { $0.hasPrefix("Started release 1 (pid ") })
            #expect(remarks.contains("Ended: exit code 1."))
            let expected = [
                "Starts again in 0.02 s (restart 1).", "Starts again in 0.04 s (restart 2).",
                "Starts again in 0.08 s (restart 3).",
            ]
            #expect(Array(remarks.filter { $0.hasPrefix("Starts again in") }.prefix(3)) == expected)
            #expect(workshop.changes.withLock { $0.count } > 5)
        }
    }

    @Test("One that died before it was kept comes back once it is")
    func keptLate() async throws {
        try await Workshop.with { workshop in
            try workshop.write("run", "#!/bin/sh\ntest -e second && exec sleep 1000\ntouch second\n")
            let id = try await workshop.supervisor.start(workshop.specification(["./run"]))
            try await eventually { await only(workshop)?.state == .failed }
            await workshop.supervisor.keep(id)
            try await eventually { await only(workshop)?.state == .running }
            #expect(await only(workshop)?.restarts == 1)
        }
    }

    @Test("One that ignores SIGTERM is killed after the grace, its children and grandchildren too")
    func ignoresTerm() async throws {
        try await Workshop.with(grace: .milliseconds(300)) { workshop in
            let script =
                "trap '' TERM; (sleep 1000 & echo $!; wait) & setsid sleep 1000 & echo $!; echo $$; "
                + "while :; do sleep 1; done"
            let id = try await workshop.supervisor.start(workshop.shell(script))
            await workshop.supervisor.keep(id)
            try await eventually { try await workshop.tail(stream: .stdout).count == 3 }
            let pids = try await workshop.tail(stream: .stdout).compactMap { Int32($0.text) }
            #expect(await workshop.supervisor.stop(id) == .signaled(SIGKILL))
            for pid in pids { #expect(!isAlive(pid)) }
            #expect(try await workshop.tail(stream: .nodepilot).contains { $0.text.contains("did not end in time") })
        }
    }

    @Test("Children may finish their work within the grace after their parent has ended")
    func childrenFinish() async throws {
        try await Workshop.with { workshop in
            let child = """
                import signal, sys, time
                def finish(*ignored): time.sleep(0.3); print('finished', flush=True); sys.exit()
                signal.signal(signal.SIGTERM, finish)
                print('ready', flush=True)
                time.sleep(1000)
                """
            try workshop.write("child.py", child)
            let id = try await workshop.supervisor.start(workshop.shell("python3 child.py; true"))
            try await eventually { try await workshop.tail(stream: .stdout).count == 1 }
            await workshop.supervisor.stop(id)
            #expect(try await workshop.tail(stream: .stdout).map(\.text) == ["ready", "finished"])
        }
    }

    @Test("What a process leaves behind when it ends by itself is gone before it is started again")
    func leavesNothing() async throws {
        try await Workshop.with { workshop in
            let id = try await workshop.supervisor.start(workshop.shell("sleep 1000 & echo $!; exit 1"))
            try await eventually { await only(workshop)?.state == .failed }
            let pid = try #require(try await workshop.tail(stream: .stdout).first.flatMap { Int32($0.text) })
            #expect(!isAlive(pid))
            await workshop.supervisor.stop(id)
        }
    }

    @Test("A start that fails says why and leaves nothing behind")
    func failedStart() async throws {
        try await Workshop.with { workshop in
            let error = await #expect(throws: NodePilotError.self) {
                try await workshop.supervisor.start(workshop.specification(["nodee", "server.js"]))
            }
            #expect(error?.message == "The program “nodee” was not found.")
            #expect(await workshop.supervisor.allInstances().isEmpty)
            #expect(ProcFile.names(in: workshop.root + "/run/logs").isEmpty)
            #expect(ProcFile.names(in: workshop.root + "/run/instances").isEmpty)
        }
    }

    @Test("A stop during the pause ends the pause, and two stops are one")
    func stopInBackoff() async throws {
        try await Workshop.with(backoff: .seconds(600)) { workshop in
            let id = try await workshop.supervisor.start(workshop.shell("exit 1"))
            await workshop.supervisor.keep(id)
            try await eventually { await only(workshop)?.state == .backoff }
            async let first = workshop.supervisor.stop(id)
            async let second = workshop.supervisor.stop(id)
            let both = await [first, second]
            #expect(both.contains(.exited(1)))
            #expect(await only(workshop) == nil)
        }
    }

    @Test("Stopping everything stops all at once, and nothing starts after it")
    func stopAll() async throws {
        try await Workshop.with { workshop in
            for index in 0..<5 {
                let id = try await workshop.supervisor.start(
                    workshop.specification(["sleep", "1000"], service: "w\(index)"))
                await workshop.supervisor.keep(id)
            }
            let pids = await workshop.supervisor.instances(of: Workshop.project).compactMap(\.pid)
            #expect(pids.count == 5)
            await workshop.supervisor.stopAll()
            for pid in pids { #expect(!isAlive(pid)) }
            await #expect(throws: NodePilotError.self) { try await workshop.supervisor.start(workshop.shell("true")) }
        }
    }

    @Test("CPU and memory of an instance are those of all its processes")
    func usage() async throws {
        try await Workshop.with { workshop in
            let id = try await workshop.supervisor.start(workshop.shell("sh -c 'while :; do :; done' & wait"))
            _ = await workshop.supervisor.usage()
            try await eventually { await workshop.supervisor.usage().first.map { $0.cpuPercent > 10 } ?? false }
            let usage = try #require(await workshop.supervisor.usage().first)
            #expect(usage.projectID == Workshop.project)
            #expect(usage.memoryBytes > 500_000)
            #expect(await only(workshop)?.memoryBytes ?? 0 > 500_000)
            await workshop.supervisor.stop(id)
            #expect(await workshop.supervisor.usage().isEmpty)
        }
    }

    @Test(
        "As root: an instance runs as the project's user and may open its own output again",
        .enabled(if: Workshop.isRoot, "needs root"))
    func asUser() async throws {
        try await Workshop.with(enforced: true) { workshop in
            let logs = workshop.root + "/data/projects/shop/logs"
            let script = "id -un; echo again > /dev/stdout; ls \(logs) || echo denied"
            let id = try await workshop.supervisor.start(workshop.shell(script))
            try await eventually { await only(workshop)?.state == .failed }
            await workshop.supervisor.stop(id)
            let texts = try await workshop.tail(stream: .stdout).map(\.text)
            #expect(texts == ["\(workshop.users.prefix)p7", "again", "denied"])
        }
    }

    @Test(
        "What left an instance's session ends with the project's last instance, not with one of two",
        .enabled(if: Workshop.isRoot))
    func daemons() async throws {
        try await Workshop.with(enforced: true) { workshop in
            let script = "(setsid sleep 1000 >/dev/null 2>&1 & echo $!); exec sleep 1000"
            let first = try await workshop.supervisor.start(workshop.shell(script))
            try await eventually { try await workshop.tail(stream: .stdout).count == 1 }
            let pid = try #require(try await workshop.tail(stream: .stdout).first.flatMap { Int32($0.text) })
            let second = try await workshop.supervisor.start(
                workshop.specification(["sleep", "1000"], service: "worker"))
            await workshop.supervisor.stop(first)
            #expect(isAlive(pid))
            await workshop.supervisor.stop(second)
            #expect(!isAlive(pid))
        }
    }

    @Test(
        "What runs as a project's user without a record is ended at the start", .enabled(if: Workshop.isRoot))
    func unrecordedLeftovers() async throws {
        try await Workshop.with(enforced: true) { workshop in
            let runner = try await workshop.users.identity(.runner(Workshop.project))
            // As a build of a daemon that was killed: nobody's record, nobody's resident.
            let stranger = try Launcher(path: Workshop.launcherPath, users: workshop.users)
            let started = Outcome<Int32>()
            let job = workshop.job(["sh", "-c", "echo $$; sleep 1000"])
            let running = Task { try await stranger.run(job) { line in started.settle(Int32(line) ?? 0) } }
            let pid = try #require(await started.value())
            #expect(ProcessTable.users(of: pid) == [runner.uid])
            await workshop.supervisor.terminateLeftovers()
            #expect(!isAlive(pid))
            #expect(try await running.value == .signaled(SIGKILL))
        }
    }

    @Test("What an earlier daemon left is ended and its last words are kept; a number with another age is not touched")
    func leftovers() async throws {
        try await Workshop.with { workshop in
            let script = "trap 'echo bye; exit' TERM; echo ready; while :; do sleep 0.05; done"
            _ = try await workshop.supervisor.start(workshop.shell(script))
            try await eventually { try await workshop.tail(stream: .stdout).count == 1 }
            let pid = try #require(await only(workshop)?.pid)
            let folder = workshop.root + "/run/instances"
            let name = try #require(ProcFile.names(in: folder).first)
            let record = try #require(InstanceRecord.read("\(folder)/\(name)"))
            #expect(record.pid == pid)
            #expect(record.isAlive)

            // A stranger that got the number of something else; and what is no record at all.
            let stranger = try await workshop.supervisor.start(
                workshop.specification(["sleep", "1000"], service: "other"))
            let other = try #require(await workshop.supervisor.status(of: stranger)?.pid)
            for leftover in ProcFile.names(in: folder) where leftover != name { unlink("\(folder)/\(leftover)") }
            var reused = record
            reused.pid = other
            try reused.write(to: folder + "/reused.json")
            var earlierBoot = try #require(InstanceRecord.read("\(folder)/\(name)"))
            earlierBoot.pid = other
            earlierBoot.startTime = ProcessTable.row(of: other)?.startTime ?? 0
            earlierBoot.boot = "another"
            try earlierBoot.write(to: folder + "/boot.json")
            let junk = try Descriptor.open(folder + "/junk.json", O_WRONLY | O_CREAT, mode: 0o600)
            try junk.writeAll(Array("{\"pid\": \(other)".utf8))

            await workshop.supervisor.terminateLeftovers()
            #expect(!isAlive(pid))
            #expect(isAlive(other))
            #expect(ProcFile.names(in: folder).isEmpty)
            #expect(try await workshop.tail(stream: .stdout).map(\.text) == ["ready", "bye"])
        }
    }

    @Test("The pause doubles up to its limit and begins again after a good run")
    func policy() {
        var policy = RestartPolicy(first: .milliseconds(100), longest: .seconds(60), resetAfter: .seconds(60))
        let pauses = (0..<12).map { _ in policy.pause(afterUptime: .seconds(1)) / .milliseconds(100) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
        #expect(policy.pause(afterUptime: .seconds(60)) == .milliseconds(100))
        #expect(policy.pause(afterUptime: .seconds(1)) == .milliseconds(200))
    }
}
