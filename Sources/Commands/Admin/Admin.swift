import ArgumentParser

struct Admin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "admin", "Care for the server itself.", examples: ["admin users", "admin setup-code"],
        subcommands: [AdminUsers.self, AdminSetupCode.self])
}
