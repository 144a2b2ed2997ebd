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
        /// Nil while the server is down.
        var address: String?
        /// SHA-256 of the certificate at that address, for the browser's warning and `nodepilot login`.
        var fingerprint: String?
        /// Nil once the first administrator exists.
        var code: String?
    }

    func run() async throws {
        let context = CommandContext.current
        let folder =
            data.map { DataFolder($0) } ?? DataFolder(isRoot: context.isRoot, environment: context.environment)
        let address = await address(of: folder)
        let report = Report(
            address: address, fingerprint: await fingerprint(at: address), code: try code(in: folder))
        guard report.address != nil || report.code != nil else {
            throw NodePilotError(
                .notFound, "NodePilot is not running, and there is no code: it never ran, or has its administrator.",
                hint: "Look at: systemctl status nodepilot, nodepilot admin users")
        }
        try output.printer.show(report) {
            output.printer.details([
                ("dashboard", report.address ?? "not running: systemctl status nodepilot"),
                ("code", report.code ?? "used: the first administrator exists"),
                ("certificate", report.fingerprint.map { "SHA-256 \($0)" }),
            ])
        }
    }

    // MARK: - Private

    private func code(in folder: DataFolder) throws -> String? {
        guard FileManager.default.isReadableFile(atPath: folder.path) else {
            throw NodePilotError(
                .notFound, "\(folder.path) is not a data folder that you may read.",
                hint: "Run the command with sudo, or name the folder with --data.")
        }
        let text = FileManager.default.contents(atPath: folder.setupCode)
        return text.map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
    }

    /// The address is a help, not the answer: without a server there is none.
    private func address(of folder: DataFolder) async -> String? {
        try? await APIClient.with(.socket(path: folder.adminSocket)) { try await $0.systemInfo().address }
    }

    /// Asked on this machine, where nobody can stand in between; nil where the server listens elsewhere.
    private func fingerprint(at address: String?) async -> String? {
        guard let address, let origin = try? HTTPSOrigin(address) else { return nil }
        return try? await CertificateProbe.certificate(of: origin, at: "127.0.0.1").fingerprint
    }
}
