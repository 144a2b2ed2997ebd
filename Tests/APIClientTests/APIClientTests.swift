import APIClient
import Core
import FoundationEssentials
import NIOCore
import ScriptedServer
import Testing

@Suite("The client of the API")
struct APIClientTests {
    private let folder = TemporaryFolder()

    private func with<Result>(
        _ script: @escaping ScriptedServer.Script, _ body: (APIClient, ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let server = try await ScriptedServer.start(socket: folder.file("s"), script: script)
        do {
            let result = try await APIClient.with(.socket(path: folder.file("s"))) { try await body($0, server) }
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private func failure(_ script: @escaping ScriptedServer.Script) async throws -> NodePilotError {
        try await #require(throws: NodePilotError.self) {
            try await with(script) { client, _ in _ = try await client.users() }
        }
    }

    @Test("asks with the right method, path and body, and reads the answer")
    func calls() async throws {
        let user = #"{"id":7,"username":"ada","role":"viewer","created_at":"2026-11-21T08:15:30.123Z"}"#
        try await with({ request in
            request.method == "DELETE"
                ? .nothing : request.method == "GET" ? .json(#"{"users":[\#(user)]}"#) : .json(user)
        }) { client, server in
            #expect(try await client.users().map(\.username) == ["ada"])
            #expect(try await client.setRole(.viewer, of: "a/../b c@x").role == .viewer)
            try await client.removeUser("..")
            #expect(server.received.map(\.method) == ["GET", "PATCH", "DELETE"])
            #expect(
                server.received.map(\.target) == ["/api/users", "/api/users/a%2F..%2Fb%20c%40x", "/api/users/%2E%2E"])
            #expect(server.received[1].bodyText == #"{"role":"viewer"}"#)
            #expect(server.received[1].header("Content-Type") == "application/json")
            #expect(server.received[0].header("Authorization") == nil)
        }
    }

    @Test("turns a problem into the error it describes, with its fields, hint and time to wait")
    func problems() async throws {
        let error = try await failure { _ in
            var answer = ScriptedAnswer.json(
                """
                {"type":"about:blank","title":"Too Many Requests","status":429,"code":"rate_limited","detail":"Slow down.",
                "hint":"Wait.","fields":[{"name":"username","problem":"tried too often"}],"request_id":"R"}
                """, status: 429)
            answer.headers.append(("Retry-After", "17"))
            return answer
        }
        #expect(
            error
                == NodePilotError(
                    .rateLimited, "Slow down.", hint: "Wait.",
                    fields: [.init(name: "username", problem: "tried too often")], retryAfter: 17))
    }

    @Test("names the request's ID when the mistake is the server's")
    func internalProblem() async throws {
        let error = try await failure { _ in .problem(500, code: "internal", detail: "Something went wrong.") }
        #expect(error.hint?.contains("R1") == true)
    }

    @Test("says so when the answer is no NodePilot's")
    func foreignAnswers() async throws {
        let page = try await failure { _ in ScriptedAnswer(502, pieces: [Array("<html>Bad gateway".utf8)]) }
        #expect(page.code == .internal)
        #expect(page.message.contains("502"))
        let text = try await failure { _ in .json("<html>") }
        #expect(text.message.contains("could not be understood"))
    }

    @Test("says that the connection was closed when an answer is cut short")
    func truncated() async throws {
        let error = try await failure { _ in
            ScriptedAnswer(200, pieces: [Array(#"{"users":["#.utf8)], ending: .cut)
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("closed the connection"))
    }

    @Test("says in words that nothing listens")
    func notRunning() async throws {
        let path = folder.file("nobody")
        let absent = try await #require(throws: NodePilotError.self) {
            try await APIClient.with(.socket(path: path)) { _ = try await $0.health() }
        }
        #expect(absent.code == .unavailable)
        #expect(absent.message == "NodePilot is not running on this machine.")
        #expect(absent.hint?.contains("systemctl status nodepilot") == true)

        let server = try await ScriptedServer.start(on: .init(ipAddress: "127.0.0.1", port: 0)) { _ in .nothing }
        let port = try #require(server.address.port)
        await server.stop()
        let refused = try await #require(throws: NodePilotError.self) {
            let origin = HTTPSOrigin(host: "127.0.0.1", port: port)
            try await APIClient.with(.remote(RemoteServer(origin: origin))) { _ = try await $0.health() }
        }
        #expect(refused.message.contains("connection refused"))
    }

    @Test("refuses a socket's path that the kernel cannot hold")
    func longPath() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        let error = try await #require(throws: NodePilotError.self) {
            try await APIClient.with(.socket(path: path)) { _ = try await $0.health() }
        }
        #expect(error.hint?.contains("--data") == true)
    }

    @Test("reads a deployment's stream that comes in pieces of any size", arguments: [1, 7, 4096])
    func deploymentStream(size: Int) async throws {
        let stream = """
            : hello

            event: step
            data: {"name":"install","status":"running","started_at":"2026-11-21T08:15:30.123Z","detail":""}

            event: log
            data: {"deployment_id":17,"seq":1,"at":"2026-11-21T08:15:30.123Z","step":"install","text":"hällo"}

            event: something_new
            data: {}

            event: deployment
            data: {"id":17,"project_id":1,"project_name":"shop","kind":"deploy","version":4,"status":"success",\
            "deployed_at":"2026-11-21T08:15:30Z","started_by":"ada","notes":"Release 4 is live.","steps":[]}


            """
        try await with({ _ in .events(stream, size: size) }) { client, server in
            var texts: [String] = []
            for try await event in try await client.deploymentEvents(of: "shop", 17) {
                switch event {
                case .step(let step): texts.append("step \(step.name.rawValue)")
                case .log(let line): texts.append("log \(line.text)")
                case .finished(let deployment): texts.append("finished \(deployment.status.rawValue)")
                }
            }
            #expect(texts == ["step install", "log hällo", "finished success"])
            #expect(server.received.first?.target == "/api/project/shop/deployments/17/log")
            #expect(server.received.first?.header("Accept") == "text/event-stream")
        }
    }

    @Test("follows a log from a line on, and tells that it was cut")
    func logStream() async throws {
        let line = #"{"seq":8,"at":"2026-11-21T08:15:30.123Z","stream":"stderr","instance":"web.1","text":"x"}"#
        try await with({ _ in .events("id: 8\nevent: log\ndata: \(line)\n\n", ending: .cut) }) { client, server in
            var seen: [Int64] = []
            let error = await #expect(throws: NodePilotError.self) {
                let query = LogQuery(lines: 5, stream: .stderr, search: "a&b")
                for try await line in try await client.followLogs(of: "shop", query, after: 7) { seen.append(line.seq) }
            }
            #expect(seen == [8])
            #expect(error?.code == .unavailable)
            #expect(server.received.first?.target == "/api/project/shop/logs/stream?after=7&stream=stderr&search=a%26b")
            #expect(server.received.first?.header("Last-Event-ID") == "7")
        }
    }

    @Test("ends a stream at once when its task is cancelled")
    func cancelled() async throws {
        try await with({ _ in .events(": hello\n\n", ending: .open) }) { client, server in
            let reading = Task {
                for try await _ in try await client.followLogs(of: "shop", LogQuery()) {}
            }
            try await eventually { server.received.count == 1 }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
        }
    }
}
