import ArgumentParser
import Core
import Daemon
import Glibc

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server: edge, supervisor, deploys, dashboard.",
        discussion: """
            Example:
              nodepilot serve --domain apps.example.com

            As root the data lies in /var/lib/nodepilot and the ports are 80 and 443; otherwise the data lies in the XDG
            state directory and the ports are 8080 and 8443 on 127.0.0.1.
            """)

    @OptionGroup var place: DataOption

    @Option(help: ArgumentHelp("Address of the HTTP listener; repeatable.", valueName: "addr:port"))
    var http: [String] = []

    @Option(help: ArgumentHelp("Address of the HTTPS listener; repeatable.", valueName: "addr:port"))
    var https: [String] = []

    @Option(help: ArgumentHelp("The dashboard's host; apps answer at NAME.DOMAIN.", valueName: "name"))
    var domain: String?

    @Option(help: ArgumentHelp("A JSON file with settings; options on the command line win.", valueName: "file"))
    var config: String?

    func run() async throws {
        try await reportingErrors {
            var settings = ServerDefaults.configuration()
            if let config { try settings.apply(file: config) }
            if let data = place.data { settings.data = AbsolutePath.of(data) }
            if !http.isEmpty { settings.http = http }
            if !https.isEmpty { settings.https = https }
            if let domain { settings.domain = try HostName(domain, field: "--domain") }
            try settings.validate()
            try await Server(settings, notifySocket: ProcessEnvironment["NOTIFY_SOCKET"]).run()
        }
    }
}
