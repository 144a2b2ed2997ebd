import Foundation
import PackagePlugin

/// Embeds every file of `web/` into the target `CDashboard`.
///
/// The files and the folders are inputs of the command, so that it runs again when a file is changed, and when one comes
/// or goes; which there are is found out by the script then, for SwiftPM does not ask a plugin again at every build.
@main
struct EmbedDashboard: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        let package = context.package.directoryURL
        let web = package.appending(path: "web")
        let script = package.appending(path: "Plugins/embed-dashboard.sh")
        let work = context.pluginWorkDirectoryURL
        let output = work.appending(path: "DashboardAssets.c")
        let inputs = try FileManager.default.subpathsOfDirectory(atPath: web.path()).map { web.appending(path: $0) }
        return [
            .buildCommand(
                displayName: "Embedding the dashboard",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path(), web.path(), work.path(), output.path()],
                inputFiles: [script, web] + inputs,
                outputFiles: [output])
        ]
    }
}
