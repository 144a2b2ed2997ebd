package import Core
import Glibc

/// The tools that were found on a PATH at one moment.
package struct InstalledTools: ToolLocator {
    private let versions: [String: String]

    package func version(of name: String) -> String? { versions[name] }

    /// What there is, in words, for the system's page: "Node.js 20.19.2 with npm", "Python 3.11.2".
    package var runtimes: [String] {
        var words: [String] = []
        if let node = versions["node"] { words.append("Node.js \(node)" + (versions["npm"] == nil ? "" : " with npm")) }
        if let python = versions["python3"] { words.append("Python \(python)") }
        return words
    }

    /// Looks on `path` and asks node and python3 for their versions.
    /// - Parameter folder: a working directory that `identity` may enter.
    package static func find(
        on path: String = BuildEnvironment.systemPath, as identity: Job.Identity, in folder: String,
        runner: any CommandRunner
    ) async throws -> InstalledTools {
        var versions: [String: String] = [:]
        for name in ["npm", "yarn", "pnpm", "bun"] where isInstalled(name, on: path) { versions[name] = "" }
        func ask(_ words: [String]) async throws -> (ExitStatus, String?) {
            let answer = Answer()
            let job = Job(
                .command(words), as: identity, in: folder, environment: ["PATH": path, "HOME": "/nonexistent"],
                timeout: .seconds(20))
            let status = try await runner.run(job) { await answer.add($0) }
            return (status, await answer.firstLine)
        }
        if isInstalled("node", on: path), case (let status, let line?) = try await ask(["node", "--version"]),
            status.isSuccess
        {
            versions["node"] = String(line.drop { $0 == "v" })
        }
        // Debian's python3 comes without ensurepip, which the package python3-venv brings.
        let script = "import sys; print('%d.%d.%d' % sys.version_info[:3], flush=True); import ensurepip, venv"
        if isInstalled("python3", on: path), case (let status, let line?) = try await ask(["python3", "-c", script]) {
            versions["python3"] = line
            if status.isSuccess { versions["ensurepip"] = "" }
        }
        return InstalledTools(versions: versions)
    }

    // MARK: - Private

    private static func isInstalled(_ name: String, on path: String) -> Bool {
        path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    private actor Answer {
        var firstLine: String?
        func add(_ line: String) { firstLine = firstLine ?? line }
    }
}
