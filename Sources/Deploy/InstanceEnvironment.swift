import Core

/// The whole environment of an instance: the release's defaults, above them the project's own, above them ours.
struct InstanceEnvironment {
    let variables: [String: String]

    init(
        project: Project, release: Release, service: ServicePlan, port: Int?, folders: ProjectFolders,
        addresses: SiteAddresses, searchPath: String, own: [EnvironmentVariable]
    ) throws(NodePilotError) {
        let folder = folders.release(project.name, release.number)
        let data = folders.appData(project.name)
        let path = release.plan.pathFolders.map { "\(folder)/\($0)" } + [searchPath]
        var variables = [
            "NODE_ENV": "production", "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8", "TMPDIR": "/tmp",
        ]
        variables.merge(release.plan.environment) { $1 }
        for variable in own { variables[variable.name] = variable.value }
        variables["PATH"] = path.joined(separator: ":")
        variables["HOME"] = data
        variables["HOST"] = "127.0.0.1"
        variables["PORT"] = port.map(String.init)
        variables["NODEPILOT"] = "1"
        variables["NODEPILOT_PROJECT"] = project.name.rawValue
        variables["NODEPILOT_RELEASE"] = String(release.number)
        variables["NODEPILOT_SERVICE"] = service.name
        variables["NODEPILOT_INSTANCE"] = "\(service.name).1"
        variables["NODEPILOT_DATA_DIR"] = data
        variables["NODEPILOT_URL"] = addresses.address(of: try addresses.defaultHost(of: project.name))
        self.variables = variables
    }
}
