import Commands
import Core
import FoundationEssentials
import ScriptedServer
import Synchronization
import Testing

@Suite("nodepilot deploy")
struct DeployTests {
    private func archive(_ here: Surroundings) throws -> String {
        try here.folder.write(String(repeating: "x", count: 1_200_000), to: "shop.zip")
    }

    @Test("makes the project, uploads, follows to the end and ends with 0 when it is live")
    func live() async throws {
        let here = try Surroundings()
        let script = try ScriptedAPI.deploying(to: try Fixture.deployment(.success))
        try await here.serving(script) { server in
            let archive = try archive(here)
            #expect(await here.run("deploy", archive, "-p", "shop", "--data", here.data) == 0)
            let lines = here.console.output.split(separator: "\n")
            #expect(lines.map { $0.split(separator: " ").first } == ["upload", "unpack", "live"])
            #expect(lines.last?.contains("https://shop.example.com") == true)
            #expect(here.console.errors.isEmpty)
            let upload = try #require(server.received.first { $0.path == "/api/project/create" })
            #expect(upload.bodyBytes > 1_200_000)
        }
    }

    @Test("packs a folder, sends it, and leaves nothing behind")
    func folder() async throws {
        let here = try Surroundings()
        try FileManager.default.createDirectory(atPath: here.folder.file("app"), withIntermediateDirectories: true)
        _ = try here.folder.write("console.log(1)", to: "app/server.js")
        let script = try ScriptedAPI.deploying(to: try Fixture.deployment(.success))
        try await here.serving(script) { server in
            #expect(await here.run("deploy", here.folder.file("app"), "-p", "shop", "--data", here.data) == 0)
            let upload = try #require(server.received.first { $0.path == "/api/project/create" })
            #expect(upload.bodyText.contains("filename=\"app.zip\""))
            #expect(upload.bodyText.contains("server.js"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: here.folder.path).sorted() == ["app", "data"])
    }

    @Test("follows the deployment over a connection that breaks, and tells every step once")
    func broken() async throws {
        let here = try Surroundings()
        let whole = try ScriptedAPI.deploying(to: try Fixture.deployment(.success))
        let cut = try ScriptedAPI.deploying(to: try Fixture.deployment(.success), ending: .cut)
        let streams = Count()
        try await here.serving({ request in
            request.path.hasSuffix("/log") && streams.next() == 1 ? cut(request) : whole(request)
        }) { server in
            let archive = try archive(here)
            #expect(await here.run("deploy", archive, "-p", "shop", "--data", here.data) == 0)
            let names = here.console.output.split(separator: "\n").map { $0.split(separator: " ").first }
            #expect(names == ["upload", "unpack", "live"])
            #expect(server.received.filter { $0.path.hasSuffix("/log") }.count == 2)
        }
    }

    private final class Count: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    @Test("follows a rollback in the same way")
    func rollback() async throws {
        let here = try Surroundings()
        let done = try Fixture.deployment(.success)
        let accepted = DeploymentAccepted(project: try Fixture.project(), deployment: done)
        try await here.serving({ request in
            request.method == "POST"
                ? ScriptedAPI.json(accepted, status: 202) : .events(ScriptedAPI.event("deployment", done))
        }) { server in
            #expect(await here.run("rollback", "shop", "--to", "2", "--data", here.data) == 0)
            #expect(server.received.first?.bodyText == #"{"version":2}"#)
            #expect(here.console.output.contains("live      https://shop.example.com"))
        }
    }

    @Test("ends with 1 when the release did not become live, and says why and what to do")
    func failed() async throws {
        let here = try Surroundings()
        let failure = DeploymentFailure(
            step: .start, code: .unprocessable, message: "The app ended with exit code 1.", hint: "Read its log.")
        let script = try ScriptedAPI.deploying(to: try Fixture.deployment(.failed, failure: failure))
        try await here.serving(script) {
            let archive = try archive(here)
            #expect(await here.run("deploy", archive, "-p", "shop", "--data", here.data) == 1)
            #expect(
                here.console.errors == """

                    Failed: The app ended with exit code 1.
                      Error: Cannot find module 'express'
                    Read its log.
                    Release 3 stays live.
                    Try: nodepilot logs shop -n 100

                    """)
        }
    }

    @Test("ends with 1 and names the same command when the archive is refused")
    func refused() async throws {
        let here = try Surroundings()
        try await here.serving({ request in
            request.method == "GET"
                ? .problem(404, code: "not_found", detail: "no")
                : .problem(
                    422, code: "unprocessable", detail: "../etc/passwd leaves the folder.", hint: "Pack it again.")
        }) {
            let archive = try archive(here)
            #expect(await here.run("deploy", archive, "-p", "shop", "--data", here.data) == 1)
            #expect(
                here.console.errors == """
                    nodepilot: ../etc/passwd leaves the folder.
                      Pack it again.
                    Try: nodepilot deploy \(archive) --project shop

                    """)
        }
    }

    @Test("says on Ctrl-C that the deployment goes on, once the server has taken over")
    func interrupted() async throws {
        var here = try Surroundings()
        let console = here.console
        here.interruption = { try? await eventually { console.output.contains("unpack") } }
        let script = try ScriptedAPI.deploying(to: try Fixture.deployment(.success), ending: .open)
        try await here.serving(script) {
            let archive = try archive(here)
            #expect(await here.run("deploy", archive, "-p", "shop", "--data", here.data) == 130)
        }
        #expect(here.console.errors.contains("goes on without you"))
        #expect(here.console.errors.contains("nodepilot status shop"))
    }

    @Test("says on Ctrl-C during the upload that nothing was deployed")
    func interruptedEarly() async throws {
        var here = try Surroundings()
        here.interruption = {}
        try await here.serving({ _ in ScriptedAnswer(200, ending: .open) }) {
            let archive = try archive(here)
            #expect(await here.run("deploy", archive, "-p", "shop", "--data", here.data) == 130)
        }
        #expect(here.console.errors == "Nothing was deployed.\n")
    }

    @Test("gives an existing project the settings that come with the command, then the archive")
    func settings() async throws {
        let here = try Surroundings()
        let project = try Fixture.project()
        let done = try Fixture.deployment(.success)
        let accepted = DeploymentAccepted(project: project, deployment: done)
        try await here.serving({ request in
            switch request.path {
            case "/api/project/shop": ScriptedAPI.json(project)
            case "/api/project/shop/env": .json(#"{"variables":[]}"#)
            case "/api/project/shop/deploy": ScriptedAPI.json(accepted, status: 202)
            default: .events(ScriptedAPI.event("deployment", done))
            }
        }) { server in
            let archive = try archive(here)
            #expect(
                await here.run(
                    "deploy", archive, "-p", "shop", "--start-command", "node .", "--env", "A=b=c", "--json",
                    "--data", here.data) == 0)
            #expect(server.received.map(\.method) == ["GET", "PATCH", "PATCH", "POST", "GET"])
            #expect(server.received[1].bodyText == #"{"start_command":"node ."}"#)
            #expect(server.received[2].bodyText == #"{"set":[{"name":"A","value":"b=c"}]}"#)
            #expect(here.console.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"data\":") })
        }
    }

    @Test("names a source that is not there, without asking the server to make anything")
    func missing() async throws {
        let here = try Surroundings()
        try await here.serving({ _ in .problem(404, code: "not_found", detail: "no") }) { server in
            #expect(await here.run("deploy", "/nowhere/shop", "-p", "shop", "--data", here.data) == 2)
            #expect(here.console.errors.contains("/nowhere/shop cannot be read"))
            #expect(server.received.allSatisfy { $0.method == "GET" })
        }
    }
}
