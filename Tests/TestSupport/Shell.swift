import Core

/// Commands that prepare a test.
package enum Shell {
    /// - Throws: with the output when it does not exit with 0.
    package static func run(_ script: String, in folder: String) async throws {
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let job = Job(
            .command(["/bin/sh", "-c", script]), as: .builder(0), in: folder, environment: ["PATH": path],
            timeout: .seconds(120))
        let sink = Sink()
        let status = try await ProcessRunner().run(job) { await sink.add($0) }
        guard status.isSuccess else {
            throw NodePilotError(.internal, "\(script): \(status.inWords): \(await sink.text)")
        }
    }

    private actor Sink {
        var text = ""
        func add(_ line: String) { text += line + "\n" }
    }
}
