import Core
import Supervisor

/// Figures in Prometheus' text format, version 0.0.4.
struct MetricsText: CustomStringConvertible {
    let description: String

    init(
        system: SystemUsage, own: OwnUsage.Reading, projects: [Project],
        instances: [Project.ID: [InstanceStatus]]
    ) {
        var text = Writer()
        text.gauge("nodepilot_system_cpu_percent", "CPU in use, of all cores together.", system.cpuPercent)
        text.gauge("nodepilot_system_memory_used_bytes", "Memory in use.", Double(system.memoryUsedBytes))
        text.gauge("nodepilot_system_memory_bytes", "Memory of the machine.", Double(system.memoryTotalBytes))
        text.gauge("nodepilot_system_disk_used_bytes", "Disk in use below DATA.", Double(system.diskUsedBytes))
        text.gauge("nodepilot_system_disk_bytes", "Size of the disk of DATA.", Double(system.diskTotalBytes))
        text.gauge("nodepilot_resident_memory_bytes", "Memory of NodePilot itself.", Double(own.residentBytes))
        text.family("nodepilot_project_up", "gauge", "1 while the project's status is running.")
        for project in projects {
            text.sample("nodepilot_project_up", ["project": project.name.rawValue], project.status == .running ? 1 : 0)
        }
        let all = projects.flatMap { project in (instances[project.id] ?? []).map { (project, $0) } }
        text.family("nodepilot_instance_cpu_percent", "gauge", "CPU of an instance, of one core.")
        for (project, one) in all {
            text.sample("nodepilot_instance_cpu_percent", Self.labels(project, one), one.cpuPercent)
        }
        text.family("nodepilot_instance_memory_bytes", "gauge", "Memory of an instance and its descendants.")
        for (project, one) in all {
            text.sample("nodepilot_instance_memory_bytes", Self.labels(project, one), Double(one.memoryBytes))
        }
        text.family("nodepilot_instance_restarts_total", "counter", "How often an instance was started again.")
        for (project, one) in all {
            text.sample("nodepilot_instance_restarts_total", Self.labels(project, one), Double(one.restarts))
        }
        description = text.text
    }

    // MARK: - Private

    private static func labels(_ project: Project, _ instance: InstanceStatus) -> [String: String] {
        ["project": project.name.rawValue, "instance": instance.name, "release": String(instance.release)]
    }

    /// Names and label values are ours and need no escaping.
    private struct Writer {
        var text = ""

        mutating func gauge(_ name: String, _ help: String, _ value: Double) {
            family(name, "gauge", help)
            sample(name, [:], value)
        }

        mutating func family(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }

        mutating func sample(_ name: String, _ labels: [String: String], _ value: Double) {
            let list = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
            text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
        }
    }
}
