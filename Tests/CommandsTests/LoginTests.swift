import APIClient
import Commands
import Core
import FoundationEssentials
import NIOCore
import ScriptedServer
import Testing

@Suite("nodepilot login")
struct LoginTests {
    private static let user = #"{"id":1,"username":"ada","role":"admin","created_at":"2026-11-21T08:15:30Z"}"#

    private static let script: ScriptedServer.Script = { request in
        switch (request.method, request.path) {
        case ("POST", "/api/auth/login"):
            .json(#"{"access_token":"short","token_type":"Bearer","expires_in":900,"user":\#(user)}"#)
        case ("POST", "/api/tokens") where request.bodyText.contains(#""name":"laptop","#):
            .problem(409, code: "conflict", detail: "There is a token of this name.")
        case ("POST", "/api/tokens"):
            .json(
                #"{"id":9,"name":"laptop 2","scope":"full","created_at":"2026-11-21T08:15:30Z","token":"np_long"}"#,
                status: 201)
        case ("GET", "/api/auth/verify"): .json(#"{"valid":true,"user":\#(user)}"#)
        case ("DELETE", _): .nothing
        default: .json(#"{"projects":[]}"#)
        }
    }

    private func with(
        _ here: Surroundings, _ body: (ScriptedServer, String, PinnedCertificate) async throws -> Void
    ) async throws {
        let identity = try SelfSignedIdentity(host: "panel.example.com")
        let server = try await ScriptedServer.start(
            on: .init(ipAddress: "127.0.0.1", port: 0), tls: identity.context, script: Self.script)
        let port = try #require(server.address.port)
        do {
            try await body(server, "https://127.0.0.1:\(port)", PinnedCertificate(der: identity.certificate))
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test("shows the fingerprint, asks, makes a token named after this machine, and uses it from then on")
    func asks() async throws {
        var here = try Surroundings()
        try await with(here) { server, url, certificate in
            here.keyboard = ScriptedKeyboard(["y", "ada", "correct horse battery"])
            #expect(await here.run("login", url) == 0)
            #expect(here.console.errors.contains(certificate.fingerprint))
            #expect(here.console.output == "You are signed in to \(url) as ada (admin).\n")
            #expect(server.received.map(\.path) == ["/api/auth/login", "/api/tokens", "/api/tokens"])
            #expect(server.received.last?.header("Authorization") == "Bearer short")

            #expect(await here.run("projects") == 0)
            #expect(server.received.last?.header("Authorization") == "Bearer np_long")
            #expect(await here.run("whoami", "--server", "127.0.0.1") == 0)
            #expect(here.console.output.contains("ada (admin) at \(url)"))

            #expect(await here.run("logout") == 0)
            #expect(server.received.last?.target == "/api/tokens/9")
            #expect(await here.run("projects") == 7)
            #expect(!(here.console.output + here.console.errors).contains("np_long"))
        }
    }

    @Test("sends nothing when the certificate is not trusted", arguments: ["n", "", "yeah"])
    func untrusted(answer: String) async throws {
        var here = try Surroundings()
        here.keyboard = ScriptedKeyboard([answer, "ada", "correct horse battery"])
        try await with(here) { server, url, _ in
            #expect(await here.run("login", url) == 3)
            #expect(server.received.isEmpty)
        }
    }

    @Test("compares a fingerprint that was given, and asks nobody")
    func fingerprint() async throws {
        var here = try Surroundings()
        here.keyboard = ScriptedKeyboard(["np_brought"], isInteractive: false)
        try await with(here) { server, url, certificate in
            let wrong = PinnedCertificate(der: [1]).fingerprint
            #expect(await here.run("login", url, "--token-stdin", "--fingerprint", wrong) == 3)
            #expect(server.received.isEmpty)
            let right = certificate.fingerprint.lowercased()
            #expect(
                await here.run("login", url, "--token-stdin", "--fingerprint", right, "--name", "ci", "--json") == 0)
            #expect(server.received.map(\.path) == ["/api/auth/verify"])
            #expect(!here.console.output.contains("np_brought"))
            #expect(await here.run("projects", "--server", "ci") == 0)
            #expect(server.received.last?.header("Authorization") == "Bearer np_brought")
            #expect(await here.run("logout", "ci") == 0)
            #expect(
                !server.received.contains { $0.method == "DELETE" },
                "a token that was brought along is not ours to remove")
        }
    }

    @Test("asks nobody where nobody is there, and says which option answers")
    func nobody() async throws {
        let here = try Surroundings()
        try await with(here) { _, url, _ in
            #expect(await here.run("login", url) == 2)
            #expect(here.console.errors.contains("--fingerprint"))
        }
        #expect(await here.run("login", "http://panel.example.com") == 2)
        #expect(await here.run("logout") == 4)
    }
}
