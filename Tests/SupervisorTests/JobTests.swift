import Core
import Glibc
import Synchronization
import Testing

@testable import Supervisor

@Suite("Jobs")
struct JobTests {
    @Test("Lines of stdout and stderr come in the order in which they were written, the last one without newline too")
    func lines() async throws {
        try await Workshop.with { workshop in
            let (status, lines) = try await workshop.run(
                workshop.job(["sh", "-c", "echo one; echo two >&2; printf 'three\\r\\n'; printf four; exit 3"]))
            #expect(status == .exited(3))
            #expect(lines == ["one", "two", "three", "four"])
        }
    }

    @Test("A long line is cut at 8 KiB, and bytes that are not UTF-8 are repaired")
    func longAndBroken() async throws {
        try await Workshop.with { workshop in
            let script = """
                import sys
                sys.stdout.buffer.write(b'x' * 8191 + 'é'.encode() * 4 + b'\\n' + b'a\\xffb\\n')
                """
            let (_, lines) = try await workshop.run(workshop.job(["python3", "-c", script]))
            #expect(lines == [String(repeating: "x", count: 8191), "a\u{FFFD}b"])
        }
    }

    @Test("Standard input is the file that was named, and empty otherwise")
    func input() async throws {
        try await Workshop.with { workshop in
            try workshop.write("words", "hello\n")
            var job = workshop.job(["cat"])
            #expect(try await workshop.run(job).lines.isEmpty)
            job.standardInput = workshop.root + "/app/words"
            #expect(try await workshop.run(job).lines == ["hello"])
        }
    }

    @Test("A signal is told as one")
    func signaled() async throws {
        try await Workshop.with { workshop in
            let (status, _) = try await workshop.run(workshop.job(["sh", "-c", "kill -SEGV $$"]))
            #expect(status == .signaled(SIGSEGV))
        }
    }

    @Test("At its time limit the whole tree is killed, children that left the group or the session too")
    func timeout() async throws {
        try await Workshop.with { workshop in
            let script = "sleep 1000 & echo $!; setsid sleep 1000 & echo $!; trap '' TERM; echo $$; sleep 1000"
            let pids = Mutex<[Int32]>([])
            let status = try await workshop.launcher.run(
                workshop.job(["sh", "-c", script], timeout: .milliseconds(700))
            ) { line in pids.withLock { $0.append(Int32(line) ?? 0) } }
            #expect(status == .timedOut)
            #expect(pids.withLock { $0.count } == 3)
            for pid in pids.withLock({ $0 }) { #expect(!isAlive(pid)) }
        }
    }

    @Test("What a job leaves running is killed when it ends, and does not hold up the end")
    func leftRunning() async throws {
        try await Workshop.with { workshop in
            let (status, lines) = try await workshop.run(workshop.job(["sh", "-c", "sleep 1000 & echo $!"]))
            #expect(status == .exited(0))
            let pid = try #require(lines.first.flatMap { Int32($0) })
            #expect(!isAlive(pid))
        }
    }

    @Test(
        "What left the session and the parent of a build ends with it, and another build of the user goes on",
        .enabled(if: Workshop.isRoot))
    func daemons() async throws {
        try await Workshop.with(enforced: true) { workshop in
            let builder = Job.Identity.builder(Workshop.project)
            // Ends as soon as the file is there, and had a descendant all the time.
            let patient = "echo ready; while [ ! -e stop ]; do sleep 0.05; done; echo done"
            let ready = Outcome<Bool>()
            let other = Task {
                let lines = Mutex<[String]>([])
                let status = try await workshop.launcher.run(
                    workshop.job(["sh", "-c", patient], identity: builder)
                ) { line in
                    lines.withLock { $0.append(line) }
                    ready.settle(true)
                }
                return (status, lines.withLock { $0 })
            }
            _ = await ready.value()
            let (status, lines) = try await workshop.run(
                workshop.job(["sh", "-c", "(setsid sleep 1000 >/dev/null 2>&1 & echo $!)"], identity: builder))
            #expect(status == .exited(0))
            let pid = try #require(lines.first.flatMap { Int32($0) })
            #expect(!isAlive(pid))
            try workshop.write("stop", "")
            let (end, said) = try await other.value
            #expect(end == .exited(0) && said == ["ready", "done"])
        }
    }

    @Test("Cancelling the caller kills the job")
    func cancellation() async throws {
        try await Workshop.with { workshop in
            let pid = Mutex<Int32>(0)
            let task = Task {
                try await workshop.launcher.run(workshop.job(["sh", "-c", "echo $$; sleep 1000"])) { line in
                    pid.withLock { $0 = Int32(line) ?? -1 }
                }
            }
            try await eventually { pid.withLock { $0 } != 0 }
            task.cancel()
            #expect(try await task.value == .signaled(SIGKILL))
            #expect(!isAlive(pid.withLock { $0 }))
        }
    }

    @Test("A reader that does not take lines slows the job down, it does not fill our memory")
    func backPressure() async throws {
        try await Workshop.with { workshop in
            let gate = Outcome<Void>()
            let count = Mutex(0)
            let script = "import sys\nfor i in range(200000): print('x' * 100)\nopen('done', 'w')"
            let task = Task {
                try await workshop.launcher.run(workshop.job(["python3", "-c", script])) { _ in
                    let isFirst = count.withLock { count in
                        count += 1
                        return count == 1
                    }
                    if isFirst { await gate.value() }
                }
            }
            try await eventually { count.withLock { $0 } == 1 }
            // It has come as far as the pipe lets it, and waits there: blocked in write, not done.
            try await eventually {
                let python = ProcessTable.now().rows.first { row in
                    ProcFile.text("/proc/\(row.pid)/cmdline")?.contains(script) == true
                }
                return python.flatMap { ProcFile.text("/proc/\($0.pid)/wchan") }?.contains("pipe") == true
            }
            #expect(access(workshop.root + "/app/done", F_OK) != 0)
            gate.settle(())
            #expect(try await task.value == .exited(0))
            #expect(count.withLock { $0 } == 200_000)
        }
    }

    @Test("Fifty jobs at once all end")
    func many() async throws {
        try await Workshop.with { workshop in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let result = try? await workshop.run(workshop.job(["echo", "\(number)"]))
                        return result?.lines == ["\(number)"] && result?.status == .exited(0)
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }
}
