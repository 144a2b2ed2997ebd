import Core
import FoundationEssentials
import TestSupport

/// A small npm registry on loopback with two packages made here: `greeting`, and `stamp` with a command.
final class Registry: Sendable {
    let address: String
    private let place: TemporaryFolder
    private let server: Task<Void, any Error>

    init() async throws {
        let place = try TemporaryFolder()
        try place.write("greeting/package/package.json", #"{"name": "greeting", "version": "1.0.0", "main": "index.js"}"#)
        try place.write("greeting/package/index.js", "module.exports = 'hello'\n")
        try place.write(
            "stamp/package/package.json", #"{"name": "stamp", "version": "1.0.0", "bin": {"stamp": "run.js"}}"#)
        try place.write(
            "stamp/package/run.js",
            "#!/usr/bin/env node\nrequire('fs').writeFileSync('built', require(process.cwd() + '/node_modules/greeting'))\n")
        for name in ["greeting", "stamp"] {
            try await Shell.run("tar czf ../\(name)-1.0.0.tgz package", in: place.path + "/\(name)")
        }
        let (ports, found) = AsyncStream.makeStream(of: String.self)
        let script = """
            import http.server
            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
            print('port', server.server_port, flush=True)
            server.serve_forever()
            """
        let job = Job(
            .command(["python3", "-c", script]), as: .builder(1), in: place.path,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], timeout: .seconds(600))
        self.place = place
        // Owned by this registry, ended when it goes.
        server = Task { _ = try await ProcessRunner().run(job) { found.yield($0) } }
        var port = ""
        for await line in ports where line.hasPrefix("port ") {
            port = String(line.dropFirst(5))
            break
        }
        address = "http://127.0.0.1:\(port)"
    }

    deinit { server.cancel() }
}
