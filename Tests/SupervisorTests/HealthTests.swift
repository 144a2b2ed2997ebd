import Core
import Glibc
import Testing

@testable import Supervisor

@Suite("Health")
struct HealthTests {
    static let check = HealthCheck(timeout: .seconds(20), interval: .milliseconds(100))
    /// A web server whose answer to everything is its first argument; the second is the port, the third the address.
    static let server = """
        import http.server, os, sys
        class H(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(int(sys.argv[1])); self.send_header('Content-Length', '0'); self.end_headers()
        http.server.HTTPServer((sys.argv[3], int(sys.argv[2])), H).serve_forever()
        """

    static func arguments(_ status: Int, _ port: Int, _ address: String = "127.0.0.1") -> [String] {
        ["python3", "-c", server, "\(status)", "\(port)", address]
    }

    /// Waits for the error that `body` ends in.
    static func failure(
        _ workshop: Workshop, _ specification: InstanceSpecification, _ check: HealthCheck
    ) async throws -> NodePilotError {
        let id = try await workshop.supervisor.start(specification)
        let error = await #expect(throws: NodePilotError.self) {
            try await workshop.supervisor.awaitHealthy(id, check: check)
        }
        await workshop.supervisor.stop(id)
        return try #require(error)
    }

    @Test("A server that answers is healthy, and stays so until it is stopped")
    func healthy() async throws {
        try await Workshop.with { workshop in
            let port = try await workshop.supervisor.reservePort()
            let script = "require('http').createServer((q, s) => s.end('ok')).listen(process.env.PORT, '127.0.0.1')"
            let id = try await workshop.supervisor.start(workshop.specification(["node", "-e", script], port: port))
            let report = try await workshop.supervisor.awaitHealthy(id, check: Self.check)
            #expect(report.detail.hasPrefix("GET / answered 200"))
            await workshop.supervisor.keep(id)
            let status = await workshop.supervisor.instances(of: Workshop.project)
            #expect(status.map(\.state) == [.running])
            #expect(status.first?.port == port)
            #expect(await workshop.supervisor.stop(id) == .signaled(SIGTERM))
            #expect(await workshop.supervisor.instances(of: Workshop.project).isEmpty)
        }
    }

    @Test("On / anything below 500 passes; a path of one's own must answer 2xx or 3xx", arguments: [404, 302])
    func statuses(_ status: Int) async throws {
        try await Workshop.with { workshop in
            let port = try await workshop.supervisor.reservePort()
            let id = try await workshop.supervisor.start(
                workshop.specification(Self.arguments(status, port), port: port))
            _ = try await workshop.supervisor.awaitHealthy(id, check: Self.check)
            let strict = HealthCheck(path: "/ready", timeout: .milliseconds(300), interval: .milliseconds(50))
            if status == 302 {
                _ = try await workshop.supervisor.awaitHealthy(id, check: strict)
            } else {
                let error = await #expect(throws: NodePilotError.self) {
                    try await workshop.supervisor.awaitHealthy(id, check: strict)
                }
                #expect(error?.message.contains("GET /ready answered 404") == true)
            }
        }
    }

    @Test("A process that ends is told at once, with how it ended and its last words")
    func ends() async throws {
        try await Workshop.with { workshop in
            let port = try await workshop.supervisor.reservePort()
            let script =
                "for i in $(seq 30); do echo line $i; done; echo \"Error: Cannot find module 'express'\" >&2; exit 7"
            let error = try await Self.failure(
                workshop, workshop.shell(script, port: port), HealthCheck(timeout: .seconds(600)))
            #expect(error.code == .unprocessable)
            #expect(
                error.message == "web.1 ended before it was healthy: exit code 7. Error: Cannot find module 'express'.")
            let hint = try #require(error.hint)
            #expect(error.output.contains("line 30") && !error.output.contains("line 10"))
            #expect(hint.hasPrefix("Add “express” to the dependencies"))
        }
    }

    @Test("An app on another port is told which one, and how to take the right one")
    func wrongPort() async throws {
        try await Workshop.with { workshop in
            let port = try await workshop.supervisor.reservePort()
            let other = try await workshop.supervisor.reservePort()
            let error = try await Self.failure(
                workshop, workshop.specification(Self.arguments(200, other), port: port),
                HealthCheck(timeout: .seconds(2), interval: .milliseconds(100)))
            #expect(error.message.contains("the app listens on \(other), not on $PORT (\(port))"))
            #expect(error.hint?.contains("process.env.PORT") == true)
        }
    }

    @Test("What was seen at the deadline is said: nothing listens, another address, an error, no HTTP, silence")
    func deadlines() async throws {
        try await Workshop.with { workshop in
            let listen = "import socket,sys,time\ns=socket.create_server(('127.0.0.1',int(sys.argv[1])))\n"
            let silent = listen + "time.sleep(1000)"
            let banner = listen + "while 1:\n c=s.accept()[0]; c.recv(9); c.send(b'220 mail\\r\\n'); c.close()"
            let quick = HealthCheck(
                timeout: .seconds(4), interval: .milliseconds(100), requestTimeout: .milliseconds(300))
            let cases: [(@Sendable (Int) -> [String], String)] = [
                ({ _ in ["sleep", "1000"] }, "nothing listens on port"),
                ({ Self.arguments(200, $0, "127.0.0.2") }, "is not open on 127.0.0.1"),
                ({ Self.arguments(500, $0) }, "GET / answered 500"),
                ({ ["python3", "-c", silent, "\($0)"] }, "GET / is not answered"),
                ({ ["python3", "-c", banner, "\($0)"] }, "does not answer in HTTP"),
            ]
            try await withThrowingTaskGroup { group in
                for (arguments, words) in cases {
                    group.addTask {
                        let port = try await workshop.supervisor.reservePort()
                        let error = try await Self.failure(
                            workshop, workshop.specification(arguments(port), port: port), quick)
                        #expect(error.message.contains(words), "\(error.message)")
                        #expect(error.hint?.isEmpty == false)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A service without a port is healthy when it has lived for a while")
    func noPort() async throws {
        try await Workshop.with { workshop in
            let check = HealthCheck(aliveFor: .milliseconds(200))
            let id = try await workshop.supervisor.start(workshop.specification(["sleep", "1000"], service: "worker"))
            _ = try await workshop.supervisor.awaitHealthy(id, check: check)
            let error = try await Self.failure(
                workshop, workshop.specification(["false"], service: "worker"), HealthCheck(aliveFor: .seconds(600)))
            #expect(error.message.contains("exit code 1"))
        }
    }

    @Test("As root: a listener of another user is refused", .enabled(if: Workshop.isRoot, "needs root"))
    func stranger() async throws {
        try await Workshop.with(enforced: true) { workshop in
            let port = try await workshop.supervisor.reservePort()
            // The builder's process has the runner's port.
            let thief = Task {
                try await workshop.launcher.run(
                    workshop.job(Self.arguments(200, port), identity: .builder(Workshop.project))
                ) { _ in }
            }
            try await eventually { Listeners.now().all.contains { $0.port == port } }
            let error = try await Self.failure(
                workshop, workshop.specification(["sleep", "1000"], port: port), Self.check)
            #expect(error.message.contains("belongs to a process of \(workshop.users.prefix)b7"))
            thief.cancel()
            _ = try await thief.value
        }
    }

    @Test("Another instance that still has the port does not count as this one")
    func taken() async throws {
        try await Workshop.with { workshop in
            let port = try await workshop.supervisor.reservePort()
            let old = try await workshop.supervisor.start(workshop.specification(Self.arguments(200, port), port: port))
            _ = try await workshop.supervisor.awaitHealthy(old, check: Self.check)
            let error = try await Self.failure(
                workshop, workshop.specification(["sleep", "1000"], port: port, release: 2),
                HealthCheck(timeout: .milliseconds(500), interval: .milliseconds(50)))
            #expect(error.message.contains("still belongs to another instance"))
        }
    }

    @Test("A status line is read as RFC 9112 has it, and nothing else")
    func statusLines() {
        #expect(HealthProbe.status(of: Array("HTTP/1.1 204 \r\n".utf8)) == 204)
        #expect(HealthProbe.status(of: Array("HTTP/1.0 500 Oh\r\n".utf8)) == 500)
        for text in ["", "SSH-2.0-x\r\n", "HTTP/1.1 20\r\n", "HTTP/2 200", "HTTP/1.1"] {
            let status = HealthProbe.status(of: Array(text.utf8))
            #expect(status == nil, "\(text)")
        }
    }

    @Test("Ports are handed out once, never one that is taken")
    func ports() throws {
        var pool = PortPool(20_500...20_503)
        let first = try (0..<4).map { _ in try pool.reserve() }
        #expect(Set(first) == Set(20_500...20_503))
        #expect(throws: NodePilotError.self) { try pool.reserve() }
        pool.release(20_502)
        #expect(try pool.reserve() == 20_502)
    }
}
