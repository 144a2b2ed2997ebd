import APIClient
import Core
import FoundationEssentials
import Glibc
import ScriptedServer
import Synchronization
import Testing

@Suite("An upload")
struct UploadTests {
    private let folder = TemporaryFolder()

    private static let accepted: String = {
        let project = """
            {"id":1,"name":"shop","display_name":"Shop","path":"/p","start_command":"","pm2_name":"nodepilot-shop",
            "status":"deploying","created_at":"2026-11-21T08:15:30Z","updated_at":"2026-11-21T08:15:30Z","owner":"ada",
            "settings":{"https_redirect":true,"single_page":false},"address":"https://shop.localhost","domains":[],
            "instances":[],"cpu_percent":0,"memory_bytes":0,"restarts":0}
            """
        let deployment = """
            {"id":17,"project_id":1,"project_name":"shop","kind":"deploy","status":"running",
            "deployed_at":"2026-11-21T08:15:30Z","started_by":"ada","notes":"","steps":[]}
            """
        return "{\"project\":\(project),\"deployment\":\(deployment)}"
    }()

    private final class Sent: Sendable {
        let bytes = Mutex<Int64>(-1)
    }

    @Test("is multipart/form-data with the fields before the file")
    func body() async throws {
        let archive = try folder.write("PK\u{3}\u{4} not really", to: "my \"app\".zip")
        let server = try await ScriptedServer.start(socket: folder.file("s")) { _ in .json(Self.accepted, status: 201) }
        let progress = Mutex<[UploadProgress]>([])
        let answer = try await APIClient.with(.socket(path: folder.file("s"))) { client in
            let plan = NewProject(
                name: try ProjectName("shop"), startCommand: "node server.js", port: 3000,
                environment: ["KeyOne": "é/\""])
            return try await client.createProject(plan, archive: archive) { step in
                progress.withLock { $0.append(step) }
            }
        }
        await server.stop()

        #expect(answer.deployment.id == 17)
        let request = try #require(server.received.first)
        #expect(request.path == "/api/project/create")
        let type = try #require(request.header("Content-Type"))
        let boundary = try #require(type.split(separator: "boundary=").last.map(String.init))
        #expect(request.header("Content-Length") == String(request.bodyBytes))
        func field(_ name: String, _ value: String) -> String {
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        let expected =
            field("name", "shop") + field("start_command", "node server.js") + field("port", "3000")
            + field("env_vars", #"{"KeyOne":"é/\""}"#)
            + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"my %22app%22.zip\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\nPK\u{3}\u{4} not really\r\n--\(boundary)--\r\n"
        #expect(request.bodyText == expected)
        let size = Int64("PK\u{3}\u{4} not really".utf8.count)
        #expect(progress.withLock { $0 } == [0, size].map { UploadProgress(sentBytes: $0, totalBytes: size) })
    }

    @Test("reads no further ahead than the connection takes, however large the file is")
    func backPressure() async throws {
        let archive = folder.file("large.zip")
        let size: Int64 = 256 << 20
        let file = open(archive, O_WRONLY | O_CREAT, 0o600)
        #expect(ftruncate(file, off_t(size)) == 0)
        close(file)
        let server = try await ScriptedServer.start(socket: folder.file("s"), bodies: .whenTold) { _ in
            .json(Self.accepted, status: 202)
        }
        let sent = Sent()
        try await APIClient.with(.socket(path: folder.file("s"))) { client in
            async let answer = client.deploy("shop", archive: archive) { step in
                sent.bytes.withLock { $0 = step.sentBytes }
            }
            // The server does not read: the upload comes to a halt.
            var last: Int64 = -2
            var unchanged = 0
            try await eventually {
                let now = sent.bytes.withLock { $0 }
                unchanged = now == last && now > 0 ? unchanged + 1 : 0
                last = now
                return unchanged >= 40
            }
            #expect(last < 16 << 20, "what is read and not sent lies in memory")
            server.readBodies()
            #expect(try await answer.deployment.id == 17)
        }
        await server.stop()
        #expect(sent.bytes.withLock { $0 } == size)
        #expect((server.received.first?.bodyBytes ?? 0) > Int(size))
    }

    @Test("names a file that cannot be read, before anything is sent")
    func unreadable() async throws {
        let path = folder.path
        for (file, words) in [("\(path)/nothing.zip", "No such file"), (path, "is not a file")] {
            let error = try await #require(throws: NodePilotError.self) {
                try await APIClient.with(.socket(path: "\(path)/s")) {
                    _ = try await $0.deploy("shop", archive: file) { _ in }
                }
            }
            #expect(error.code == .invalidInput)
            #expect(error.message.contains(words))
        }
    }

    @Test("tells the problem that the server answers while the file is still being sent")
    func refused() async throws {
        let archive = folder.file("large.zip")
        let file = open(archive, O_WRONLY | O_CREAT, 0o600)
        #expect(ftruncate(file, 64 << 20) == 0)
        close(file)
        let server = try await ScriptedServer.start(socket: folder.file("s"), bodies: .never) { _ in
            .problem(413, code: "too_large", detail: "The archive is too large.", hint: "Leave out node_modules.")
        }
        let error = try await #require(throws: NodePilotError.self) {
            try await APIClient.with(.socket(path: folder.file("s"))) {
                _ = try await $0.deploy("shop", archive: archive) { _ in }
            }
        }
        await server.stop()
        #expect(error == NodePilotError(.tooLarge, "The archive is too large.", hint: "Leave out node_modules."))
    }
}
