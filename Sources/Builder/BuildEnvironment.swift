package import Core

/// Where the commands of one release run, and what they may know.
package struct BuildEnvironment: Sendable {
    package static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The release's tree.
    package var folder: String
    /// A private folder that the builder can make, for caches and settings; outside of the release.
    package var home: String
    package var project: Project.ID
    /// The project's own environment.
    package var variables: [String: String]
    package var path: String

    package init(
        folder: String, home: String, project: Project.ID, variables: [String: String],
        path: String = Self.systemPath
    ) {
        self.folder = folder
        self.home = home
        self.project = project
        self.variables = variables
        self.path = path
    }

    /// The whole environment of a command: the project's variables, and above them what the tools need to work here.
    func variables(for command: BuildCommand, of plan: AppPlan) -> [String: String] {
        var all = ["NODE_ENV": "production", "LANG": "C.UTF-8"]
        for layer in [plan.environment, variables, command.environment] { all.merge(layer) { $1 } }
        all["PATH"] = (plan.pathFolders.map { "\(folder)/\($0)" } + [path]).joined(separator: ":")
        all["HOME"] = home
        all["TMPDIR"] = home
        all["CI"] = "1"
        all["npm_config_cache"] = "\(home)/npm"
        all["npm_config_update_notifier"] = "false"
        return all
    }
}
