import APIClient
import ArgumentParser
import Core
import FoundationEssentials

struct AdminSetupCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "setup-code", "Show the dashboard's address and the one-time code for its first administrator.",
        examples: ["admin setup-code"])

    @Option(help: ArgumentHelp("The data folder of a server on this machine.", valueName: "dir"))
    var data: String?

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var address: String?
        var code: String
    }

    func run() async throws {
        let context = CommandContext.current
        let folder = data.map { DataFolder($0) } ?? DataFolder(isRoot: context.isRoot, environment: context.environment)
        let code = try code(in: folder)
        let report = Report(address: await address(of: folder), code: code)
        try output.printer.show(report) {
            output.printer.details([
                ("dashboard", report.address ?? "not running: systemctl status nodepilot"), ("code", report.code),
            ])
        }
    }

    // MARK: - Private

    private func code(in folder: DataFolder) throws -> String {
        guard FileManager.default.isReadableFile(atPath: folder.path) else {
            throw NodePilotError(
                .notFound, "\(folder.path) is not a data folder that you may read.",
                hint: "Run the command with sudo, or name the folder with --data.")
        }
        guard let text = FileManager.default.contents(atPath: folder.setupCode) else {
            throw NodePilotError(
                .notFound, "There is no code: the first administrator exists already, or the server never ran.",
                hint: "Look at: nodepilot admin users")
        }
        return String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
    }

    /// The address is a help, not the answer: without a server there is none.
    private func address(of folder: DataFolder) async -> String? {
        try? await APIClient.with(.socket(path: folder.adminSocket)) { try await $0.systemInfo().address }
    }
}
