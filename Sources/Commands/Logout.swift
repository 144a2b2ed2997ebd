import APIClient
import ArgumentParser
import Core

struct Logout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "logout", "Forget a server, and remove the token of this machine there.",
        examples: ["logout", "logout https://panel.example.com"])

    @Argument(help: ArgumentHelp("The server; without it, the current one.", valueName: "name|url"))
    var server: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let file = ServerBookFile(environment: CommandContext.current.environment)
        var book = try file.read()
        guard let saved = server.map({ book.server($0) }) ?? book.currentServer else {
            throw NodePilotError(
                .notFound, server.map { "You are not signed in to \($0)." } ?? "You are not signed in to any server.")
        }
        let problem = await removeToken(of: saved)
        book.remove(saved.name)
        try file.write(book)
        try output.printer.show(Removed(removed: saved.name)) {
            output.printer.say("You are signed out of \(saved.url).")
        }
        if let problem {
            CommandContext.current.console.writeError(
                "Its token is still valid, for it could not be removed: \(problem)\n"
                    + "  Remove it in the dashboard under Account.\n")
        }
    }

    // MARK: - Private

    /// - Returns: why the token is still there; nil when it is gone.
    private func removeToken(of saved: SavedServer) async -> NodePilotError? {
        guard let id = saved.tokenID else { return nil }
        do {
            try await APIClient.with(try saved.address()) { try await $0.deleteToken(id) }
            return nil
        } catch let error as NodePilotError {
            let isGone = error.code == .notFound
            return isGone ? nil : error
        } catch {
            return NodePilotError(.internal, "\(error)")
        }
    }
}
