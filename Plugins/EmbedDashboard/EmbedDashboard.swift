import Foundation
import PackagePlugin

/// Embeds every file of `web/` into the target `CDashboard`. All files are inputs of the command, so that a changed one,
/// and a new one, is embedded again.
@main
struct EmbedDashboard: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        let package = context.package.directoryURL
        let web = package.appending(path: "web", directoryHint: .isDirectory)
        let script = package.appending(path: "Plugins/embed-dashboard.sh")
        let work = context.pluginWorkDirectoryURL
        let output = work.appending(path: "DashboardAssets.c")
        let paths = try files(below: web)
        return [
            .buildCommand(
                displayName: "Embedding the dashboard (\(paths.count) files)",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path(), web.path(), work.path(), output.path()].map(withoutSlash) + paths,
                inputFiles: [script] + paths.map { web.appending(path: $0) },
                outputFiles: [output])
        ]
    }

    // MARK: - Private

    /// Paths relative to the folder, in the order of their bytes; hidden files are left out.
    private func files(below folder: URL) throws -> [String] {
        let manager = FileManager.default
        return try manager.subpathsOfDirectory(atPath: folder.path())
            .filter { path in
                var isFolder: ObjCBool = false
                let isThere = manager.fileExists(atPath: folder.appending(path: path).path(), isDirectory: &isFolder)
                return isThere && !isFolder.boolValue && !path.split(separator: "/").contains { $0.hasPrefix(".") }
            }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func withoutSlash(_ path: String) -> String {
        path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
