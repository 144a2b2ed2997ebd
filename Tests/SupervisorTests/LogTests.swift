import Core
import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

@Suite("Logs")
struct LogTests {
    private func texts(_ lines: [LogLine]) -> [String] { lines.map(\.text) }

    private func waitUntilEnded(_ workshop: Workshop, _ id: InstanceID) async throws {
        try await eventually(within: .seconds(60)) { await workshop.supervisor.status(of: id)?.state == .failed }
    }

    @Test("Long lines are handed out by the megabyte, not all at once, and none is passed over")
    func longLines() async throws {
        try await Workshop.with { workshop in
            let script = "yes $(printf %060000d 0) | head -n 200"
            let id = try await workshop.supervisor.start(workshop.shell(script))
            try await waitUntilEnded(workshop, id)
            let page = try await workshop.tail(5000, stream: .stdout)
            #expect((60...90).contains(page.count))
            #expect(try await workshop.tail(1, stream: .stdout).map(\.seq) == page.suffix(1).map(\.seq))
            var lines = 0
            for try await batch in workshop.logs.follow(Workshop.project, name: try Workshop.name, after: 0) {
                #expect(batch.map(\.text.utf8.count).reduce(0, +) <= 5 << 20)
                lines += batch.count { $0.stream == .stdout }
                if lines == 200 { break }
            }
        }
    }

    @Test("A million numbered lines at full speed come out of many rotations, every one once and in order")
    func fullSpeed() async throws {
        let limits = LogLimits(segmentBytes: 1 << 20, totalBytes: 200 << 20)
        try await Workshop.with(limits: limits) { workshop in
            let reader = Task {
                var next = 0
                for try await batch in workshop.logs.follow(Workshop.project, name: try Workshop.name, after: 0) {
                    for line in batch where line.stream == .stdout {
                        guard line.text == "line \(next)" else { return next }
                        next += 1
                    }
                    if next == 1_000_000 { break }
                }
                return next
            }
            let id = try await workshop.supervisor.start(
                workshop.specification(["seq", "-f", "line %.0f", "0", "999999"]))
            try await waitUntilEnded(workshop, id)
            #expect(try await reader.value == 1_000_000)
            let names = ProcFile.names(in: workshop.root + "/data/projects/shop/logs")
            #expect(names.count > 20)
            let last = try await workshop.tail(5000, stream: .stdout)
            #expect(texts(last) == (995_000..<1_000_000).map { "line \($0)" })
            let before = try #require(last.first).seq
            let page = try await workshop.logs.tail(
                Workshop.project, name: Workshop.name, lines: 3, before: before, stream: .stdout)
            #expect(texts(page) == ["line 994997", "line 994998", "line 994999"])
            let found = try await workshop.logs.tail(
                Workshop.project, name: Workshop.name, lines: 10, search: "LINE 99345")
            #expect(texts(found) == (993_450...993_459).map { "line \($0)" })
        }
    }

    @Test("Only so much is kept: the oldest goes first")
    func bounded() async throws {
        let limits = LogLimits(segmentBytes: 256 << 10, totalBytes: 2 << 20)
        try await Workshop.with(limits: limits) { workshop in
            let id = try await workshop.supervisor.start(workshop.specification(["seq", "300000"]))
            try await waitUntilEnded(workshop, id)
            let folder = workshop.root + "/data/projects/shop/logs"
            let bytes = try ProcFile.names(in: folder).reduce(0) { sum, name in
                try sum + LogFile.size(Descriptor.open("\(folder)/\(name)", O_RDONLY))
            }
            #expect(bytes < 3 << 20)
            let end = try await workshop.tail(2, stream: .stdout)
            #expect(texts(end) == ["299999", "300000"])
            let mode = { (name: String) in
                var status = stat()
                lstat("\(folder)/\(name)", &status)
                return status.st_mode & 0o777
            }
            #expect(ProcFile.names(in: folder).allSatisfy { mode($0) == 0o600 })
            #expect(mode(".") == 0o700)
            // A follower from before what is left begins with what is left, in order.
            let follower = workshop.logs.follow(Workshop.project, name: try Workshop.name, after: 0)
            var iterator = follower.makeAsyncIterator()
            let batch = try #require(try await iterator.next()).filter { $0.stream == .stdout }
            let numbers = batch.compactMap { Int($0.text) }
            #expect((numbers.first ?? 0) > 1)
            #expect(numbers == Array((numbers.first ?? 0)...(numbers.last ?? 0)))
        }
    }

    @Test("The last words of fifty short runs are kept, with and without newline")
    func lastWords() async throws {
        try await Workshop.with { workshop in
            for run in 0..<50 {
                let end = run.isMultiple(of: 2) ? "" : "\\n"
                let script = "printf 'last word \(run)\(end)' >&\(run % 2 + 1); exit 1"
                let id = try await workshop.supervisor.start(workshop.shell(script))
                try await waitUntilEnded(workshop, id)
                await workshop.supervisor.stop(id)
            }
            let words = try await workshop.tail(500).filter { $0.stream != .nodepilot }
            #expect(texts(words) == (0..<50).map { "last word \($0)" })
            let seqs = try await workshop.tail(500).map(\.seq)
            #expect(seqs == Array(1...Int64(seqs.count)))
            // Fifty runs do not leave a file each.
            #expect(ProcFile.names(in: workshop.root + "/data/projects/shop/logs").count == 6)
        }
    }

    @Test("Both streams, with their instance and time, under one rising number")
    func streams() async throws {
        try await Workshop.with { workshop in
            let script = "echo out; sleep 0.1; echo err >&2; sleep 0.1; printf 'b\\377d\\r\\n'"
            let id = try await workshop.supervisor.start(workshop.shell(script))
            try await waitUntilEnded(workshop, id)
            let lines = try await workshop.tail().filter { $0.stream != .nodepilot }
            #expect(lines.map(\.stream) == [.stdout, .stderr, .stdout])
            #expect(texts(lines) == ["out", "err", "b\u{FFFD}d"])
            #expect(lines.allSatisfy { $0.instance == "web.1" && abs($0.at.timeIntervalSinceNow) < 60 })
            #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.seq < $1.seq })
        }
    }

    @Test("A follower goes on after a number, and sees what comes")
    func follow() async throws {
        try await Workshop.with { workshop in
            let script = "seq 10; while [ ! -e go ]; do sleep 0.02; done; seq 11 20"
            let id = try await workshop.supervisor.start(workshop.shell(script))
            try await eventually { try await workshop.tail(stream: .stdout).count == 10 }
            let fourth = try #require(try await workshop.tail(stream: .stdout).first { $0.text == "4" })
            let follower = Task {
                var seen: [String] = []
                for try await batch in workshop.logs.follow(
                    Workshop.project, name: try Workshop.name, after: fourth.seq)
                {
                    seen += batch.filter { $0.stream == .stdout }.map(\.text)
                    if seen.count >= 16 { break }
                }
                return seen
            }
            try workshop.write("go", "")
            #expect(try await follower.value == (5...20).map(String.init))
            await workshop.supervisor.stop(id)
        }
    }

    @Test("A follower ends when its project is removed, and the files are gone")
    func removed() async throws {
        try await Workshop.with { workshop in
            let id = try await workshop.supervisor.start(workshop.shell("echo hello"))
            try await waitUntilEnded(workshop, id)
            await workshop.supervisor.stop(id)
            let follower = Task {
                var count = 0
                for try await batch in workshop.logs.follow(Workshop.project, name: try Workshop.name, after: 0) {
                    count += batch.count
                }
                return count
            }
            try await eventually { try await !workshop.tail().isEmpty }
            await workshop.logs.remove(Workshop.project, name: try Workshop.name)
            #expect(try await follower.value <= 10)
            #expect(access(workshop.root + "/data/projects/shop/logs", F_OK) != 0)
        }
    }

    @Test(
        "A full disk costs lines, not the app: they are counted in one gap",
        .enabled(if: Workshop.isRoot, "needs root to mount a small file system"))
    func diskFull() async throws {
        try await Workshop.with(limits: LogLimits(segmentBytes: 10 << 20, totalBytes: 100 << 20)) { workshop in
            let disk = workshop.root + "/data/projects/shop"
            try #require(mount("none", disk, "tmpfs", 0, "size=2m") == 0)
            defer { umount(disk) }
            let script = "seq 1000000; touch done; while [ ! -e go ]; do sleep 0.05; done; echo after; sleep 1000"
            let id = try await workshop.supervisor.start(workshop.shell(script))
            // The app was not held up.
            try await eventually { access(workshop.root + "/app/done", F_OK) == 0 }
            try #require(mount("none", disk, "tmpfs", UInt(MS_REMOUNT), "size=8m") == 0)
            try workshop.write("go", "")
            try await eventually { try await workshop.tail(5, stream: .stdout).last?.text == "after" }
            let gaps = try await workshop.tail(100, stream: .nodepilot).filter { $0.text.contains("bytes were lost") }
            #expect(gaps.count == 1)
            await workshop.supervisor.stop(id)
        }
    }
}
