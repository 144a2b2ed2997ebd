package import Builder
import CLinux
package import Core

/// The runtimes and tools of this machine. Asking them for their versions takes a while, so the answers are kept until a
/// program changes on the disk.
package actor ToolShelf {
    /// How long the answer is kept when something is missing that may come without a program changing.
    private static let patience = Duration.seconds(60)

    private let path: String
    private let folder: String
    private let runner: any CommandRunner
    private var known: (programs: [Program], tools: InstalledTools, at: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - path: PATH of builds.
    ///   - folder: a folder that everybody may enter.
    package init(path: String, folder: String = "/", runner: any CommandRunner) {
        self.path = path
        self.folder = folder
        self.runner = runner
    }

    package func tools() async throws -> InstalledTools {
        let programs = programs()
        if let known, known.programs == programs, isComplete(known.tools) || .now - known.at < Self.patience {
            return known.tools
        }
        let tools = try await InstalledTools.find(on: path, as: .nobody, in: folder, runner: runner)
        known = (programs, tools, .now)
        return tools
    }

    // MARK: - Private

    private struct Program: Equatable {
        let path: String
        let inode: UInt64
        let changed: Int64
    }

    private func programs() -> [Program] {
        path.split(separator: ":").flatMap { folder in
            ["node", "npm", "yarn", "pnpm", "bun", "python3"].compactMap { name in
                var status = nodepilot_file_status()
                let path = "\(folder)/\(name)"
                guard nodepilot_status_of_path(path, 1, &status) == 0 else { return nil }
                return Program(path: path, inode: status.inode, changed: status.modified)
            }
        }
    }

    /// `ensurepip` may come with another package than the interpreter.
    private func isComplete(_ tools: InstalledTools) -> Bool {
        tools.version(of: "python3") == nil || tools.version(of: "ensurepip") != nil
    }
}
