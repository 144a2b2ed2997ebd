import ArgumentParser
import Core
import Daemon
import FoundationEssentials

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "serve", "Run the server: edge, supervisor, deploys, dashboard.",
        examples: ["serve", "serve --domain apps.example.com"],
        more: """
            As root the data lies in /var/lib/nodepilot and the ports are 80 and 443; otherwise the data lies in the XDG
            state directory and the ports are 8080 and 8443 of 127.0.0.1.
            """)

    @Option(help: ArgumentHelp("The folder of everything that the server keeps.", valueName: "dir"))
    var data: String?

    @Option(help: ArgumentHelp("Address of a listener for HTTP; may be given several times.", valueName: "addr:port"))
    var http: [String] = []

    @Option(help: ArgumentHelp("Address of a listener for HTTPS; may be given several times.", valueName: "addr:port"))
    var https: [String] = []

    @Option(help: ArgumentHelp("The dashboard's host; apps answer at NAME.DOMAIN.", valueName: "name"))
    var domain: String?

    @Option(help: ArgumentHelp("A JSON file with settings; options on the command line win.", valueName: "file"))
    var config: String?

    func run() async throws {
        let context = CommandContext.current
        let standard = DataFolder(isRoot: context.isRoot, environment: context.environment)
        var settings = ServerConfiguration(
            data: standard.path, isRoot: context.isRoot,
            searchPath: context.environment["PATH"] ?? ServerConfiguration.systemPath)
        if let config { try settings.apply(file: config) }
        if let data { settings.data = DataFolder(absolute(data)).path }
        if !http.isEmpty { settings.http = http }
        if !https.isEmpty { settings.https = https }
        if let domain { settings.domain = try HostName(domain, field: "--domain") }
        try settings.validate()
        try await Server(
            settings, commit: BuildVersion.commit, notifySocket: context.environment["NOTIFY_SOCKET"]
        ).run()
    }

    // MARK: - Private

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}
