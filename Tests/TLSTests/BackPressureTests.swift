import FoundationEssentials
import NIOCore
import Synchronization
import TLS
import Testing

@Suite("Back-pressure through TLS")
struct BackPressureTests {
    @Test("nothing is read that was not asked for, and what came with the handshake is there on the first read")
    func readsOnDemand() async throws {
        let options = LoopbackServer.Options(autoRead: false)
        try await LoopbackServer.record(FixedSelector(), options: options) { server, record in
            async let output = python(
                ClosingTests.memoryClient + """
                    exchange(tls.do_handshake)
                    tls.write(b"one")
                    raw.sendall(outgoing.read())
                    exchange(lambda: tls.read(1))
                    tls.write(b"two")
                    tls.write(b"three")
                    raw.sendall(outgoing.read())
                    exchange(lambda: tls.read(1))
                    """, port: server.port)
            try await eventually("handshake") { record.handshake != nil }
            let channel = try #require(server.connection)
            try await channel.eventLoop.submit {}.get()
            #expect(record.received == "")
            channel.read()
            try await eventually("first") { record.received == "one" }
            channel.writeAndFlush(ByteBuffer(string: "."), promise: nil)
            channel.read()
            try await eventually("second") { record.received == "onetwothree" }
            channel.writeAndFlush(ByteBuffer(string: "."), promise: nil)
            _ = try await output
            channel.read()
            try await eventually("end") { record.entries.last == .inactive }
        }
    }

    @Test("a channel that reads by itself goes on after plaintext that came with the handshake's end")
    func readsOn() async throws {
        try await LoopbackServer.record(FixedSelector()) { server, record in
            async let output = python(
                ClosingTests.memoryClient + """
                    exchange(tls.do_handshake)
                    tls.write(b"one")
                    raw.sendall(outgoing.read())
                    exchange(lambda: tls.read(1))
                    tls.write(b"two")
                    raw.sendall(outgoing.read())
                    exchange(lambda: tls.read(1))
                    """, port: server.port)
            try await eventually("first") { record.received == "one" }
            let channel = try #require(server.connection)
            channel.writeAndFlush(ByteBuffer(string: "."), promise: nil)
            try await eventually("second") { record.received == "onetwo" }
            channel.writeAndFlush(ByteBuffer(string: "."), promise: nil)
            _ = try await output
        }
    }

    @Test("64 MB go through an echo to a slow reader in bounded memory, and arrive unchanged")
    func boundedMemory() async throws {
        let options = LoopbackServer.Options(autoRead: false)
        try await LoopbackServer.run(FixedSelector(), options: options, application: { PoliteEcho() }) { server in
            let before = try privateMemory()
            let peak = Mutex(before)
            async let output = python(Self.slowReader, port: server.port)
            let watch = Task {
                while !Task.isCancelled {
                    let now = try privateMemory()
                    peak.withLock { $0 = max($0, now) }
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            let result = try await output
            watch.cancel()
            _ = await watch.result
            #expect(result == "67108864 True")
            #expect(peak.withLock { $0 } - before < 32 << 20)
        }
    }

    /// In bytes.
    private func privateMemory() throws -> Int {
        let status = String(decoding: try Data(contentsOf: URL(filePath: "/proc/self/status")), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 1024
    }

    /// Sends whenever it can and reads little, then reads the rest.
    private static let slowReader = """
        import hashlib
        s = client()
        s.setblocking(False)
        total, sent, received = 64 << 20, 0, 0
        block = bytes(i * 7 % 251 for i in range(65536))
        there, back = hashlib.sha256(), hashlib.sha256()
        while received < total:
            blocked = True
            if sent < total:
                try:
                    n = s.send(block[sent % 65536:])
                    there.update(block[sent % 65536:][:n])
                    sent += n
                    blocked = False
                except (ssl.SSLWantWriteError, ssl.SSLWantReadError): pass
            try:
                data = s.recv(16384 if blocked else 1024)
                back.update(data)
                received += len(data)
            except ssl.SSLWantReadError:
                if blocked: select.select([s], [s] if sent < total else [], [], 30)
        print(received, there.digest() == back.digest())
        """
}
