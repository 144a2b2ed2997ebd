package import APIClient
package import Core
import FoundationEssentials

/// Which server a command speaks to.
package enum ServerChoice {
    /// - Parameters:
    ///   - server: `--server`: the name or address of one that was logged in to.
    ///   - data: `--data`: the folder of one on this machine.
    /// Without either: the one on this machine if it has a socket, else the one that was logged in to last.
    package static func address(
        server: String?, data: String?, context: CommandContext
    ) throws(NodePilotError) -> ServerAddress {
        let book = ServerBookFile(environment: context.environment)
        if let server {
            guard data == nil else {
                throw .invalid("--server", "cannot be used together with --data", hint: "Use one of them.")
            }
            guard let saved = try book.read().server(server) else {
                throw NodePilotError(
                    .unauthenticated, "You have not logged in to \(server).", hint: "Run: nodepilot login \(server)")
            }
            return try saved.address()
        }
        if let data { return .socket(path: DataFolder(data).adminSocket) }
        let local = DataFolder(isRoot: context.isRoot, environment: context.environment)
        if FileManager.default.fileExists(atPath: local.adminSocket) { return .socket(path: local.adminSocket) }
        if let saved = try book.read().currentServer { return try saved.address() }
        throw NodePilotError(
            .unavailable, "NodePilot is not running on this machine, and you have not logged in to another.",
            hint: "Look at it with: systemctl status nodepilot. For another server: nodepilot login URL")
    }
}
