import APIClient
import ArgumentParser
import Core

extension APITokenScope: ExpressibleByArgument {}

struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "login", "Sign in to a server elsewhere, for all commands to use.",
        examples: [
            "login https://panel.example.com", "login https://203.0.113.7 --username ada",
            "login https://panel.example.com --token-stdin <token",
        ],
        more: """
            Makes a token named after this machine and keeps it in ~/.config/nodepilot/servers.json, readable by you \
            alone. A certificate that no authority has signed is trusted once you have compared its fingerprint.
            """)

    @Argument(help: ArgumentHelp("The dashboard's address.", valueName: "url"))
    var url: String

    @Option(help: "Your name at the server.")
    var username: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    @Flag(help: "Read a token that exists already from standard input.")
    var tokenStdin = false

    @Option(help: "What the new token may do: full, deploy or read.")
    var scope = APITokenScope.full

    @Option(help: ArgumentHelp("What to call the server here.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Trust the certificate with this SHA-256 fingerprint.", valueName: "sha256"))
    var fingerprint: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if passwordStdin && tokenStdin { throw ValidationError("Use one of --password-stdin and --token-stdin.") }
        if passwordStdin && username == nil { throw ValidationError("--password-stdin wants --username too.") }
    }

    func run() async throws {
        let context = CommandContext.current
        let origin = try HTTPSOrigin(url)
        let file = ServerBookFile(environment: context.environment)
        var book = try file.read()
        let trust = CertificateTrust(context: context, expected: fingerprint)
        var remote = RemoteServer(origin: origin, certificate: try await trust.certificate(of: origin))
        let credentials = try await credentials(for: &remote)
        let saved = SavedServer(
            name: name ?? origin.host, url: origin.description, username: credentials.user.username,
            token: credentials.token, tokenID: credentials.tokenID, certificate: remote.certificate)
        book.add(saved)
        try file.write(book)
        try output.printer.show(LoginReport(saved, role: credentials.user.role)) {
            output.printer.say(
                "You are signed in to \(saved.url) as \(saved.username) (\(credentials.user.role.rawValue)).")
        }
    }

    // MARK: - Private

    private struct Credentials {
        var token: String
        var tokenID: Int64?
        var user: User
    }

    private func credentials(for remote: inout RemoteServer) async throws -> Credentials {
        let question = Question(context: .current)
        if tokenStdin {
            let token = try question.inputLine(of: "a token")
            remote.token = token
            let user = try await APIClient.with(.remote(remote)) { try await $0.verify().user }
            return Credentials(token: token, tokenID: nil, user: user)
        }
        let username = try username ?? question.answer(to: "Name:", insteadOf: "--username")
        let password =
            passwordStdin
            ? try question.inputLine(of: "a password")
            : try question.password("Password:", insteadOf: "--password-stdin")
        let access = try await APIClient.with(.remote(remote)) {
            try await $0.login(username: username, password: password)
        }
        remote.token = access.accessToken
        let created = try await APIClient.with(.remote(remote)) { try await createToken(with: $0) }
        guard let token = created.token else {
            throw NodePilotError(.internal, "The server made a token but did not tell it.")
        }
        return Credentials(token: token, tokenID: created.id, user: access.user)
    }

    /// A token of this machine's name; one more of the same name gets a number.
    private func createToken(with client: APIClient) async throws -> APITokenView {
        let host = CommandContext.current.hostName
        var attempt = 1
        while true {
            let name = attempt == 1 ? host : "\(host) \(attempt)"
            do {
                return try await client.createToken(CreateTokenRequest(name: name, scope: scope, expiresInDays: nil))
            } catch let error as NodePilotError where error.code == .conflict && attempt < 10 {
                attempt += 1
            }
        }
    }
}

/// What `--json` tells of a login: everything but the token.
struct LoginReport: Encodable {
    var name: String
    var url: String
    var username: String
    var role: Role
    var fingerprint: String?

    init(_ server: SavedServer, role: Role) {
        name = server.name
        url = server.url
        username = server.username
        self.role = role
        fingerprint = server.certificate?.fingerprint
    }
}
