import APIClient
import ArgumentParser
import Core

struct Deploy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "deploy", "Upload an app and make it live.",
        examples: ["deploy ./shop --project shop", "deploy build.zip --project shop --json"],
        more: """
            Takes a folder or an archive (ZIP, tar.gz); makes the project when there is none. Ends with 0 only when the \
            new release is live. Until then the one before keeps serving.
            """)

    @Argument(help: ArgumentHelp("A folder, a ZIP or a tar.gz.", valueName: "dir|zip"))
    var source = "."

    @Option(name: .shortAndLong, help: ArgumentHelp("The project's name.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("The command that starts the app, where it is not detected.", valueName: "command"))
    var startCommand: String?

    @Option(help: "A fixed port on which the app listens.")
    var port: Int?

    @Option(
        name: .customLong("env"), help: ArgumentHelp("A variable of the app's environment.", valueName: "KEY=VALUE"))
    var variables: [String] = []

    @Flag(name: .shortAndLong, help: "Show every line of the deployment's log.")
    var verbose = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard project == nil else { return }
        let suggestion = ProjectName.suggested(from: source.split(separator: "/").last.map(String.init) ?? "")
        throw ValidationError(
            "Name the project: nodepilot deploy \(source) --project \(suggestion?.rawValue ?? "NAME")")
    }

    func run() async throws {
        let name = try ProjectName(project ?? "")
        let plan = NewProject(
            name: name, startCommand: startCommand, port: port,
            environment: Dictionary(
                try variables.map { try Assignment($0) }.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
        let run = DeploymentRun(
            context: .current, output: output, isVerbose: verbose, retry: "nodepilot deploy \(source) --project \(name)"
        )
        try await server.withClient { client in
            try await run.perform(with: client, cancelled: "Nothing was deployed.") { screen in
                try await upload(plan, with: client, showing: screen)
            }
        }
    }

    // MARK: - Private

    private func upload(
        _ plan: NewProject, with client: APIClient, showing screen: DeploymentScreen
    ) async throws -> DeploymentAccepted {
        let name = plan.name.rawValue
        let exists = try await exists(name, with: client)
        if exists { try await apply(plan, with: client) }
        let temporary = CommandContext.current.environment["TMPDIR"] ?? "/tmp"
        let archive = try await AppArchive.prepare(source, temporary: temporary) { screen.show($0) }
        defer { archive.discard() }
        if exists {
            return try await client.deploy(name, archive: archive.path) { screen.show(.uploading($0)) }
        }
        return try await client.createProject(plan, archive: archive.path) { screen.show(.uploading($0)) }
    }

    private func exists(_ name: String, with client: APIClient) async throws -> Bool {
        do {
            _ = try await client.project(name)
            return true
        } catch let error as NodePilotError where error.code == .notFound {
            return false
        }
    }

    /// Settings given with the command hold for the release that it makes.
    private func apply(_ plan: NewProject, with client: APIClient) async throws {
        let name = plan.name.rawValue
        if plan.startCommand != nil || plan.port != nil {
            _ = try await client.updateProject(
                name, UpdateProjectRequest(startCommand: plan.startCommand, port: plan.port))
        }
        if !plan.environment.isEmpty {
            let variables = plan.environment.map { EnvironmentVariable(name: $0.key, value: $0.value) }
            _ = try await client.changeEnvironment(of: name, EnvironmentChange(set: variables))
        }
    }
}
