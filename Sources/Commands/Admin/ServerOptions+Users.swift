import APIClient
import Core
import FoundationEssentials

extension ServerOptions {
    /// Runs `body` on the users of the chosen server: by its API, or on its database while it is down.
    func withUsers<Result>(_ body: (any UserAdministration) async throws -> Result) async throws -> Result {
        let context = CommandContext.current
        if server == nil, let folder = try await folderOfServerThatIsDown(context) {
            guard let open = context.openOffline else {
                throw NodePilotError(
                    .unavailable, "NodePilot is not running on this machine.",
                    hint: "Look at it with: systemctl status nodepilot")
            }
            return try await body(open(folder.path))
        }
        return try await withClient { try await body($0) }
    }

    // MARK: - Private

    /// - Returns: a data folder on this machine that nobody serves; nil when its server is up, or another is meant.
    private func folderOfServerThatIsDown(_ context: CommandContext) async throws -> DataFolder? {
        let folder = data.map { DataFolder($0) } ?? DataFolder(isRoot: context.isRoot, environment: context.environment)
        guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
        guard FileManager.default.fileExists(atPath: folder.adminSocket) else { return folder }
        do {
            _ = try await APIClient.with(.socket(path: folder.adminSocket)) { try await $0.health() }
            return nil
        } catch let error as NodePilotError where error.code == .unavailable {
            return folder
        }
    }
}
