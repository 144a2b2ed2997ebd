import Core
import FoundationEssentials
import Testing

@testable import Supervisor

@Suite("The machine")
struct SystemTests {
    @Test("The probe reads what this machine is and does")
    func probe() async throws {
        let facts = SystemProbe.facts()
        #expect(!facts.hostname.isEmpty && !facts.kernel.isEmpty && !facts.architecture.isEmpty)
        #expect(facts.cpuCount >= 1 && facts.memoryTotalBytes > 1 << 20)
        #expect(SystemProbe.uptimeSeconds() > 0)
        let memory = SystemProbe.ownMemory()
        #expect(memory.residentBytes >= memory.privateBytes && memory.privateBytes > 0)
        let probe = SystemProbe(disk: "/tmp")
        var usage = probe.usage()
        #expect(usage.memoryUsedBytes > 0 && usage.memoryUsedBytes < usage.memoryTotalBytes)
        #expect(usage.diskTotalBytes > usage.diskUsedBytes && usage.diskUsedBytes >= 0)
        // Some work, until it shows.
        try await eventually {
            usage = probe.usage()
            return (0..<2_000_000).reduce(0, &+) > 0 && usage.cpuPercent > 0
        }
        #expect(usage.cpuPercent <= 100)
        #expect(SystemProbe(disk: "/no/such/folder").usage().diskTotalBytes == 0)
    }

    @Test("Names are read from os-release and cpuinfo as they are written there")
    func names() {
        let release: [Substring] = ["ID=debian", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\""]
        #expect(SystemProbe.osName(release) == "Debian GNU/Linux 12 (bookworm)")
        #expect(SystemProbe.osName(["PRETTY_NAME=Alpine"]) == "Alpine")
        #expect(SystemProbe.osName([]) == "Linux")
        #expect(SystemProbe.cpuModel(["vendor_id\t: X", "model name\t: Some CPU @ 2 GHz"]) == "Some CPU @ 2 GHz")
    }

    @Test("A process whose name holds spaces and parentheses is read right")
    func processNames() {
        let text = "42 (a) R 9 (b)) S 1 42 41 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 777 1000 5 18446744073709551615"
        let row = ProcessTable.parse(text)
        #expect(row == .init(pid: 42, isZombie: false, parent: 1, session: 41, cpuTicks: 100, startTime: 777))
        for text in ["", "42", "42 (x", "x (y) S 1 2", "42 (y) S 1 42 41"] { #expect(ProcessTable.parse(text) == nil) }
    }

    @Test("A tree is the leader, its session and all that descend from either")
    func tree() {
        let row = { (pid: Int32, parent: Int32, session: Int32, isZombie: Bool) in
            ProcessTable.Row(
                pid: pid, isZombie: isZombie, parent: parent, session: session, cpuTicks: 0, startTime: 0)
        }
        let table = ProcessTable(rows: [
            row(40, 30, 30, false), row(30, 20, 30, false), row(20, 10, 10, false), row(10, 1, 10, false),
            row(11, 1, 10, true), row(50, 1, 50, false), row(60, 1, 10, false),
        ])
        #expect(table.tree(of: 10).map(\.pid).sorted() == [10, 20, 30, 40, 60])
    }

    @Test("Listeners are read from /proc/net/tcp with their owner")
    func listeners() {
        let line: Substring =
            "   1: 0100007F:4E21 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 777 1 0 100 0"
        #expect(Listeners.parse(line) == .init(port: 20_001, uid: 1001, inode: 777, isReachable: true))
        #expect(Listeners.parse("  sl  local_address rem_address   st tx_queue") == nil)
        #expect(Listeners.parse("  1: 0100007F:4E21 0100007F:0001 01 0:0 0:0 0 1001 0 777") == nil)
    }

    @Test("An hour holds 360 points of 10 seconds, a day 288 of 5 minutes; the oldest go, gaps stay gaps")
    func history() {
        let history = UsageHistory()
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        for second in stride(from: 0, to: 2 * 86_400, by: 5) {
            // Nothing is known of one minute, half an hour before the end.
            if (171_000..<171_060).contains(second) { continue }
            let usage = ProjectUsage(projectID: 3, cpuPercent: Double(second % 10), memoryBytes: 4096)
            let system = SystemUsage(
                cpuPercent: 50, memoryUsedBytes: 8 << 30, memoryTotalBytes: 16 << 30, diskUsedBytes: 0,
                diskTotalBytes: 0, load1: 0)
            history.add(.init(at: start.addingTimeInterval(Double(second)), system: system, projects: [usage]))
        }
        let hour = history.project(3, .hour)
        #expect(hour.intervalSeconds == 10 && hour.points.count == 354)
        #expect(hour.points.allSatisfy { $0.cpuPercent == 2.5 && $0.memoryBytes == 4096 })
        #expect(hour.points.last?.at == start.addingTimeInterval(172_790))
        #expect(history.system(.day).points.count == 288)
        #expect(history.system(.day).points.first?.memoryBytes == 8 << 30)
        history.forget(3)
        #expect(history.project(3, .hour).points.isEmpty)
    }
}
