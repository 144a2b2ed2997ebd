import Core
import FoundationEssentials
import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import API

@Suite("The sockets", .timeLimit(.minutes(1)))
struct ServerTests {
    private static let get = "Host: panel.test\r\n\r\n"

    private struct StreamRoutes: RouteGroup {
        let hub: EventHub

        func register(in table: inout RouteTable) {
            table.get("/stream", .signedIn) { [hub] _, context in
                let events = hub.subscribe()
                return try .events(context, commentEvery: .milliseconds(20)) { stream in
                    for await case .projectDeleted(let id, let name, _) in events {
                        try await stream.send("gone", name, id: String(id))
                    }
                }
            }
            table.post("/size", .anyone) { request, _ in
                var size = 0
                for try await bytes in request.body { size += bytes.readableBytes }
                return try .json([size])
            }
        }
    }

    // MARK: - HTTP

    @Test("requests follow one another on a connection, pipelined or not")
    func keepAlive() async throws {
        try await RunningServer.run { server in
            try await server.edge { client in
                for _ in 0..<3 {
                    try await client.send("GET /health HTTP/1.1\r\n\(Self.get)")
                    let answer = try await client.readAnswer()
                    #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
                    #expect(answer.contains(#"{"status":"ok","version":"1.2.3"}"#))
                }
                let two = "GET /health HTTP/1.1\r\n\(Self.get)GET /api/nothing HTTP/1.1\r\n\(Self.get)"
                try await client.send(two)
                #expect(try await client.readAnswer().hasPrefix("HTTP/1.1 200"))
                #expect(try await client.readAnswer().hasPrefix("HTTP/1.1 404"))
            }
        }
    }

    @Test("a body comes whole, however it is sent")
    func bodies() async throws {
        try await RunningServer.run([StreamRoutes(hub: EventHub())]) { server in
            try await server.edge { client in
                try await client.send(
                    "POST /size HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 300000\r\n\(Self.get)")
                #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
                for _ in 0..<3 { try await client.send([UInt8](repeating: 7, count: 100_000)) }
                #expect(try await client.readAnswer().hasSuffix("[300000]"))
                try await client.send("POST /size HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\(Self.get)")
                try await client.send("3\r\nabc\r\n1\r\n!\r\n0\r\n\r\n")
                #expect(try await client.readAnswer().hasSuffix("[4]"))
            }
        }
    }

    @Test("what is not HTTP is answered with 400, and the next connection is served")
    func garbage() async throws {
        try await RunningServer.run { server in
            for text in ["garbage\r\n\r\n", "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n"] {
                try await server.edge { client in
                    try await client.send(text)
                    #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 400"))
                }
            }
            try await server.edge { client in
                try await client.send("GET /x HTTP/1.1\r\nX: \(String(repeating: "a", count: 100_000))\r\n\(Self.get)")
                let answer = try? await client.readToEnd()
                #expect(answer.map { String(decoding: $0, as: UTF8.self).hasPrefix("HTTP/1.1 400") } ?? true)
            }
            try await server.edge { client in
                try await client.send("GET /health HTTP/1.1\r\n\(Self.get)")
                #expect(try await client.readAnswer().hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test("a body that stops being HTTP gets one answer, and the connection ends")
    func brokenBody() async throws {
        try await RunningServer.run([StreamRoutes(hub: EventHub())]) { server in
            try await server.edge { client in
                try await client.send("POST /size HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\(Self.get)zz\r\n")
                let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 400"))
                #expect(answer.ranges(of: "HTTP/1.1").count == 1)
            }
        }
    }

    // MARK: - Who is there

    @Test("the kernel's word stands for the administrator's password on one socket only")
    func peerCredentials() async throws {
        try await RunningServer.run { server in
            let request = "GET /api/auth/verify HTTP/1.1\r\n\(Self.get)"
            try await server.admin { client in
                try await client.send(request)
                #expect(try await client.readAnswer().contains(#""username":"local:\#(getuid())""#))
            }
            try await server.edge { client in
                try await client.send(request)
                #expect(try await client.readAnswer().hasPrefix("HTTP/1.1 401"))
            }
            #expect(try permissions(of: server.configuration.adminSocket) == 0o600)
            #expect(try permissions(of: server.configuration.edgeSocket) == 0o600)
            #expect(try permissions(of: server.api.folder.path + "/run/admin") == 0o700)
        }
    }

    @Test(
        "another user is refused on the local socket even when they can reach it (needs root)",
        .enabled(if: getuid() == 0))
    func strangers() async throws {
        try await RunningServer.run { server in
            for folder in ["", "/run", "/run/admin"] { chmod(server.api.folder.path + folder, 0o755) }
            chmod(server.configuration.adminSocket, 0o666)
            let answer = try await answerForNobody(at: server.configuration.adminSocket)
            #expect(answer.hasPrefix("HTTP/1.1 403"))
            #expect(answer.contains(#""code":"forbidden""#))
        }
    }

    /// Asks as uid 65534, by a thread that alone changes who it is.
    private func answerForNobody(at path: String) async throws -> String {
        let script =
            "import os,socket;os.setuid(65534);s=socket.socket(socket.AF_UNIX);s.connect('\(path)');"
            + "s.sendall(b'GET /api/auth/verify HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');"
            + "import sys;sys.stdout.write(s.recv(65536).decode())"
        return try await withCheckedThrowingContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in
                guard let pipe = popen("python3 -c \"\(script)\"", "r") else {
                    return continuation.resume(throwing: NodePilotError(.internal, "no python3"))
                }
                var output: [UInt8] = []
                var byte = fgetc(pipe)
                while byte != EOF {
                    output.append(UInt8(truncatingIfNeeded: byte))
                    byte = fgetc(pipe)
                }
                pclose(pipe)
                continuation.resume(returning: String(decoding: output, as: UTF8.self))
            }
        }
    }

    // MARK: - Where they lie

    @Test("the socket of a dead process is replaced, a living one's is not")
    func staleSockets() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x.sock"
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        close(dead)
        #expect(throws: Never.self) { try SocketPath(path, folderMode: 0o700) }
        #expect(try folder.contents().isEmpty)

        try await RunningServer.run { server in
            let error = #expect(throws: NodePilotError.self) {
                try SocketPath(server.configuration.edgeSocket, folderMode: 0o711)
            }
            #expect(error?.message.contains("Another server") == true)
        }
        try Data("x".utf8).write(to: URL(filePath: path))
        #expect(throws: NodePilotError.self) { try SocketPath(path, folderMode: 0o700) }
        #expect(try folder.contents() == ["x.sock"])
    }

    @Test("a path that is too long for a socket is refused with a sentence")
    func longPaths() {
        let error = #expect(throws: NodePilotError.self) {
            try SocketPath("/tmp/" + String(repeating: "a", count: 103), folderMode: 0o700)
        }
        #expect(error?.message.contains("108 bytes") == true)
        #expect(error?.hint?.contains("shorter") == true)
    }

    // MARK: - WebSockets

    private static func opening(_ token: String) -> String {
        "GET /echo HTTP/1.1\r\nAuthorization: Bearer \(token)\r\n\(SocketClient.handshake)\(get)"
    }

    @Test("a granted upgrade carries messages both ways, with the first frame right behind the request")
    func upgrade() async throws {
        try await RunningServer.run([EchoRoutes()]) { server in
            let token = try await server.api.accessToken(of: try await server.api.user("ada"))
            try await server.edge { client in
                try await client.send(Array(Self.opening(token).utf8) + SocketClient.frame("first"))
                let head = try await client.read(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101"))
                #expect(head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
                let first = try await client.readFrame()
                #expect(first.opcode == 1)
                #expect(String(decoding: first.data, as: UTF8.self) == "first")
                try await client.send(SocketClient.frame(9, Array("ping".utf8)))
                #expect(try await client.readFrame() == (10, Array("ping".utf8)))
                try await client.send(SocketClient.frame(1, Array("hel".utf8), isLast: false))
                try await client.send(SocketClient.frame(0, Array("lo".utf8)))
                #expect(try await client.readFrame() == (1, Array("hello".utf8)))
                let long = [UInt8](repeating: 0x61, count: 60_000)
                try await client.send(SocketClient.frame(1, long))
                #expect(try await client.readFrame() == (1, long))
                try await client.send(SocketClient.frame("bye"))
                #expect(try await client.readFrame() == (8, [3, 232]))
                try await client.send(SocketClient.frame(8, [3, 232]))
                #expect(try await client.readToEnd().isEmpty)
            }
        }
    }

    @Test("a refused upgrade is answered as HTTP, with the problem, and the connection ends")
    func refusedUpgrade() async throws {
        try await RunningServer.run([EchoRoutes()]) { server in
            try await server.edge { client in
                try await client.send(Self.opening("wrong"))
                let answer = String(decoding: try await client.readToEnd(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 401"))
                #expect(answer.contains("application/problem+json"))
                #expect(answer.contains(#""code":"unauthenticated""#))
            }
            let token = try await server.api.accessToken(of: try await server.api.user("ada"))
            for change in [
                ("Version: 13", "Version: 8"), ("dGhlIHNhbXBsZSBub25jZQ==", "short"), ("GET /echo", "GET /none"),
            ] {
                try await server.edge { client in
                    try await client.send(Self.opening(token).replacing(change.0, with: change.1))
                    #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 4"))
                }
            }
        }
    }

    @Test("a connection that was used cannot become a WebSocket: 426")
    func lateUpgrade() async throws {
        try await RunningServer.run([EchoRoutes()]) { server in
            let token = try await server.api.accessToken(of: try await server.api.user("ada"))
            try await server.edge { client in
                try await client.send("GET /health HTTP/1.1\r\n\(Self.get)")
                #expect(try await client.readAnswer().hasPrefix("HTTP/1.1 200"))
                try await client.send(Self.opening(token))
                #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 426"))
            }
        }
    }

    @Test("another protocol that is offered is passed over, and the request answered")
    func otherUpgrades() async throws {
        try await RunningServer.run { server in
            try await server.edge { client in
                try await client.send("GET /health HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\(Self.get)")
                #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test("frames that break the protocol end the WebSocket with the code that says why")
    func brokenFrames() async throws {
        let text = Array("x".utf8)
        let cases: [(frame: [UInt8], code: UInt16)] = [
            (SocketClient.frame(1, text, isMasked: false), 1002), (SocketClient.frame(0, text), 1002),
            (SocketClient.frame(3, text), 1002), (SocketClient.frame(9, text, isLast: false), 1002),
            (SocketClient.frame(2, text), 1003), (SocketClient.frame(1, [0xff]), 1007),
            (SocketClient.frame(1, [UInt8](repeating: 0x61, count: 70_000)), 1009),
            (SocketClient.frame(8, [3, 237]), 1002),
        ]
        try await RunningServer.run([EchoRoutes()]) { server in
            let token = try await server.api.accessToken(of: try await server.api.user("ada"))
            for (frame, code) in cases {
                try await server.edge { client in
                    try await client.send(Self.opening(token))
                    _ = try await client.read(until: "\r\n\r\n")
                    try await client.send(frame)
                    let answer = try await client.readFrame()
                    #expect(answer.opcode == 8, "\(code)")
                    #expect(answer.data == [UInt8(code >> 8), UInt8(code & 255)], "\(code)")
                }
            }
        }
    }

    @Test("a WebSocket and an event stream end when their user is removed")
    func removedUser() async throws {
        let hub = EventHub()
        try await RunningServer.run([EchoRoutes(), StreamRoutes(hub: hub)]) { server in
            let bob = try await server.api.user("bob")
            _ = try await server.api.user("root", .admin)
            let token = try await server.api.accessToken(of: bob)
            try await server.edge { webSocket in
                try await webSocket.send(Self.opening(token))
                _ = try await webSocket.read(until: "\r\n\r\n")
                try await webSocket.send(SocketClient.frame("hello"))
                #expect(try await webSocket.readFrame().opcode == 1)
                try await server.edge { stream in
                    try await stream.send("GET /stream HTTP/1.1\r\nAuthorization: Bearer \(token)\r\n\(Self.get)")
                    _ = try await stream.read(until: ":\n\n")
                    try await server.admin { client in
                        try await client.send("DELETE /api/users/bob HTTP/1.1\r\n\(Self.get)")
                        #expect(try await client.readAnswer().hasPrefix("HTTP/1.1 204"))
                    }
                    _ = try await stream.read(until: "0\r\n\r\n")
                }
                #expect(try await webSocket.readFrame().opcode == 8)
            }
        }
    }

    // MARK: - Event streams

    @Test("an event stream sends events as they come, and comments between them")
    func eventStream() async throws {
        let hub = EventHub()
        try await RunningServer.run([StreamRoutes(hub: hub)]) { server in
            try await server.admin { client in
                try await client.send("GET /stream HTTP/1.1\r\n\(Self.get)")
                let head = try await client.read(until: "\r\n\r\n").lowercased()
                #expect(head.contains("content-type: text/event-stream"))
                #expect(head.contains("cache-control: no-store"))
                _ = try await client.read(until: ":\n\n")
                hub.send(.projectDeleted(7, try ProjectName("shop"), owner: 1))
                _ = try await client.read(until: "event: gone\nid: 7\ndata: \"shop\"\n\n")
                _ = try await client.read(until: ":\n\n")
            }
        }
    }

    @Test("a stream is let go when its client has gone away")
    func clientGone() async throws {
        let (events, feed) = AsyncStream.makeStream(of: String.self)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        feed.onTermination = { _ in end.finish() }
        try await RunningServer.run([OneStream(events: events)]) { server in
            try await server.admin { client in
                try await client.send("GET /one HTTP/1.1\r\n\(Self.get)")
                _ = try await client.read(until: "\r\n\r\n")
            }
            for await _ in ended {}
        }
    }

    private struct OneStream: RouteGroup {
        let events: AsyncStream<String>

        func register(in table: inout RouteTable) {
            table.get("/one", .signedIn) { [events] _, context in
                try .events(context) { stream in
                    for await event in events { try await stream.send("one", event) }
                }
            }
        }
    }

    // MARK: - Stopping

    @Test("stopping ends streams and WebSockets, lets requests finish, and closes idle connections")
    func graceful() async throws {
        let hub = EventHub()
        try await RunningServer.run([EchoRoutes(), StreamRoutes(hub: hub)]) { server in
            try await server.admin { idle in
                try await idle.send("GET /health HTTP/1.1\r\n\(Self.get)")
                _ = try await idle.readAnswer()
                try await server.admin { fresh in
                    try await server.admin { stream in
                        try await stream.send("GET /stream HTTP/1.1\r\n\(Self.get)")
                        _ = try await stream.read(until: ":\n\n")
                        try await server.admin { webSocket in
                            try await webSocket.send(Self.opening("x"))
                            _ = try await webSocket.read(until: "\r\n\r\n")
                            try await server.admin { busy in
                                let head = "POST /size HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
                                try await busy.send("\(head)\(Self.get)ab")
                                _ = try await busy.read(until: "100 Continue\r\n\r\n")
                                await server.group.triggerGracefulShutdown()
                                #expect(try await webSocket.readFrame() == (8, [3, 233]))
                                try await webSocket.send(SocketClient.frame(8, [3, 233]))
                                _ = try await stream.read(until: "0\r\n\r\n")
                                #expect(try await idle.readToEnd().isEmpty)
                                #expect(try await fresh.readToEnd().isEmpty)
                                try await busy.send("cd")
                                #expect(try await busy.readAnswer().hasSuffix("[4]"))
                            }
                        }
                    }
                }
            }
        }
    }
}
