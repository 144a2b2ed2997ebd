import Core
import FoundationEssentials
import HTTPTypes
import Store
import Supervisor
import Testing

@testable import API

@Suite("The system")
struct SystemRouteTests {
    private static func instance(_ name: String, memory: Int64) -> InstanceStatus {
        InstanceStatus(
            name: name, service: "web", release: 3, state: .running, pid: 7, restarts: 2, cpuPercent: 0.25,
            memoryBytes: memory)
    }

    @Test("says what the machine is, and never an empty word")
    func info() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let token = try await api.accessToken(of: api.user("eve", .viewer))
        let info = try await api.send(.get, "/api/system/info", token: token).decoded(SystemInfo.self)
        #expect(!info.hostname.isEmpty && !info.kernel.isEmpty && !info.architecture.isEmpty && info.cpuCount > 0)
        #expect(info.memoryTotalBytes > 0 && info.diskTotalBytes > 0 && info.uptimeSeconds > 0)
        #expect(info.commit == "abc1234" && info.domain == "panel.test" && info.address == "https://panel.test")
        #expect(info.version == Version.number && info.runtimes == ["Node.js 20.1.0"])
        #expect(info.warnings == ["Something is missing."])
    }

    @Test("gives its figures and those of a project for an hour and a day, and no other time")
    func metrics() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let ada = try await api.user("ada")
        let project = try await api.project("site", of: ada)
        let token = try await api.accessToken(of: ada)
        let usage = SystemUsage(
            cpuPercent: 12.5, memoryUsedBytes: 10_240, memoryTotalBytes: 20_480, diskUsedBytes: 3, diskTotalBytes: 4,
            load1: 1)
        api.server?.history.add(
            MetricsSample(
                at: api.clock.now, system: usage,
                projects: [ProjectUsage(projectID: project.id, cpuPercent: 3, memoryBytes: 5120)]))
        let system = try await api.send(.get, "/api/system/metrics", token: token).decoded(SystemMetrics.self)
        #expect(system.current == usage && system.series.intervalSeconds == 10)
        #expect(system.series.points.last?.cpuPercent == 12.5 && system.series.points.last?.memoryBytes == 10_240)
        let day = try await api.send(.get, "/api/project/site/metrics?range=day", token: token)
            .decoded(UsageSeries.self)
        #expect(day.intervalSeconds == 300 && day.points.last?.memoryBytes == 5120)
        for path in ["/api/system/metrics", "/api/project/site/metrics"] {
            for range in ["week", "", "HOUR"] {
                let answer = try await api.send(.get, "\(path)?range=\(range)", token: token)
                #expect(answer.status == 400 && answer.problem?.fields?.map(\.name) == ["range"], "\(path) \(range)")
            }
        }
    }

    @Test("lists its own process to everybody")
    func processes() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let token = try await api.accessToken(of: api.user("ada"))
        let list = try await api.send(.get, "/api/system/processes", token: token).decoded(ProcessList.self)
        #expect(list.processes.map(\.name) == ["nodepilot"])
        #expect(list.processes.first?.pid == ProcessInfo.processInfo.processIdentifier)
        #expect(list.processes.first.map { $0.memoryBytes > 0 } == true)
    }

    @Test("writes figures that Prometheus can read: each family once, with help and type before its samples")
    func metricsText() async throws {
        let api = try await APIFixture(isWholeServer: true)
        let admin = try await api.user("root", .admin)
        let project = try await api.project("site", of: admin)
        try await api.store.setStatus(project: project.id, to: .running)
        _ = try await api.project("other", of: admin)
        let answer = try await api.send(.get, "/metrics", token: try await api.apiToken(of: admin, .read))
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        try check(answer.text)
        #expect(answer.text.contains("nodepilot_project_up{project=\"site\"} 1.0\n"))
        #expect(answer.text.contains("nodepilot_project_up{project=\"other\"} 0.0\n"))
        let usage = SystemUsage(
            cpuPercent: 1, memoryUsedBytes: 1, memoryTotalBytes: 1, diskUsedBytes: 1, diskTotalBytes: 1, load1: 1)
        let text = MetricsText(
            system: usage, own: OwnUsage().read(), projects: [project],
            instances: [
                project.id: [Self.instance("web.1", memory: 48_123_904), Self.instance("worker.1", memory: 1 << 40)],
                99: [Self.instance("stranger.1", memory: 1)],
            ]
        ).description
        try check(text)
        let labels = #"{instance="web.1",project="site",release="3"}"#
        #expect(text.contains("nodepilot_instance_memory_bytes\(labels) 48123904.0\n"))
        #expect(text.contains("nodepilot_instance_cpu_percent\(labels) 0.25\n"))
        #expect(text.contains("nodepilot_instance_restarts_total\(labels) 2.0\n"))
        #expect(!text.contains("stranger"))
    }

    /// The text format's grammar (version 0.0.4), as far as we use it.
    private func check(_ text: String) throws {
        #expect(text.hasSuffix("\n"))
        var helped: Set<String> = []
        var typed: Set<String> = []
        var current = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP ") {
                #expect(helped.insert(String(words[2])).inserted, "\(line)")
            } else if line.hasPrefix("# TYPE ") {
                current = String(words[2])
                #expect(typed.insert(current).inserted && helped.contains(current), "\(line)")
                #expect(["gauge", "counter"].contains(words[3]), "\(line)")
            } else {
                let sample = try #require(
                    line.wholeMatch(of: #/([a-z_]+)(\{([a-z]+="[^"\\]*",?)+\})? (\S+)/#), "\(line)")
                #expect(sample.1 == current, "\(line)")
                #expect(Double(sample.4) != nil, "\(line)")
            }
        }
        #expect(helped == typed && !typed.isEmpty)
    }
}
