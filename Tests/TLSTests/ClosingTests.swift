import NIOCore
import TLS
import Testing

@Suite("The end of a TLS connection")
struct ClosingTests {
    @Test("close sends what was written and then close_notify", arguments: ["TLSv1_2", "TLSv1_3"])
    func serverCloses(version: String) async throws {
        let answer: Application.Answer = { entry, context in
            guard case .data = entry else { return }
            context.send("bye")
            context.close(promise: nil)
        }
        try await LoopbackServer.record(FixedSelector(), answer: answer) { server, record in
            let output = try await python(
                """
                c = context()
                c.maximum_version = ssl.TLSVersion.\(version)
                s = client(c)
                s.sendall(b"x")
                print(s.recv(10), s.recv(10))
                """, port: server.port)
            #expect(output == "b'bye' b''")
            #expect(record.errors.isEmpty)
        }
    }

    @Test("a client's close_notify is answered by ours, and is no error")
    func clientCloses() async throws {
        try await LoopbackServer.record(FixedSelector()) { server, record in
            let output = try await python(
                """
                s = client()
                s.sendall(b"x")
                s.unwrap()
                print("orderly")
                """, port: server.port)
            #expect(output == "orderly")
            try await eventually("closed") { record.entries.last == .inactive }
            #expect(record.received == "x")
            #expect(record.errors.isEmpty)
        }
    }

    @Test("where half-closure is allowed, a client that has said its last word still gets its answer")
    func halfCloses() async throws {
        let answer: Application.Answer = { entry, context in
            guard entry == .inputClosed else { return }
            context.send("answer")
            context.close(promise: nil)
        }
        let options = LoopbackServer.Options(mayHalfClose: true)
        try await LoopbackServer.record(FixedSelector(), options: options, answer: answer) { server, record in
            let output = try await python(
                Self.memoryClient + """
                    exchange(tls.do_handshake)
                    tls.write(b"question")
                    try: tls.unwrap()
                    except ssl.SSLWantReadError: pass
                    raw.sendall(outgoing.read())
                    raw.shutdown(socket.SHUT_WR)
                    print(exchange(lambda: tls.read(100)))
                    """, port: server.port)
            #expect(output == "b'answer'")
            try await eventually("closed") { record.entries.last == .inactive }
            #expect(Array(record.entries.dropFirst()) == [.data("question"), .inputClosed, .inactive])
        }
    }

    @Test("an end without close_notify is a truncation", arguments: [true, false])
    func truncation(mayHalfClose: Bool) async throws {
        let answer: Application.Answer = { entry, context in
            if case .data = entry { context.send(".") }
            if entry == .inputClosed { context.close(promise: nil) }
        }
        let options = LoopbackServer.Options(mayHalfClose: mayHalfClose)
        try await LoopbackServer.record(FixedSelector(), options: options, answer: answer) { server, record in
            _ = try await python(
                """
                s = client()
                s.sendall(b"half a bo")
                s.recv(1)  # what is unread at the end would make it a reset
                s.close()
                """, port: server.port)
            try await eventually("closed") { record.entries.last == .inactive }
            #expect(record.received == "half a bo")
            #expect(record.errors == [.truncated])
            #expect(record.entries.contains(.inputClosed) == mayHalfClose)
        }
    }

    @Test("a client that leaves in its handshake is reported as such", arguments: [true, false])
    func leavesEarly(mayHalfClose: Bool) async throws {
        let options = LoopbackServer.Options(mayHalfClose: mayHalfClose)
        try await LoopbackServer.record(FixedSelector(), options: options) { server, record in
            _ = try await python(
                """
                s = socket.create_connection(("127.0.0.1", port), timeout=30)
                s.sendall(bytes([22, 3, 1]))
                s.close()
                """, port: server.port)
            try await eventually("closed") { record.entries.last == .inactive }
            #expect(record.entries == [.error(.closedInHandshake), .inactive])
        }
    }

    @Test("closing the output sends close_notify and still receives")
    func closesOutput() async throws {
        let answer: Application.Answer = { entry, context in
            guard entry == .data("first") else { return }
            context.send("last word")
            context.close(mode: .output, promise: nil)
        }
        let options = LoopbackServer.Options(mayHalfClose: true)
        try await LoopbackServer.record(FixedSelector(), options: options, answer: answer) { server, record in
            let output = try await python(
                """
                s = client()
                s.sendall(b"first")
                print(s.recv(100), s.recv(100))
                s.sendall(b"second")
                s.unwrap()
                """, port: server.port)
            #expect(output == "b'last word' b''")
            try await eventually("received") { record.received == "firstsecond" }
            #expect(record.errors.isEmpty)
        }
    }

    @Test("an answer that is cut off does not look complete")
    func cutOff() async throws {
        let answer: Application.Answer = { entry, context in
            guard case .data = entry else { return }
            let buffer = ByteBuffer(repeating: 65, count: 1 << 20)
            for _ in 0..<32 { context.write(NIOAny(buffer), promise: nil) }
            context.flush()
            context.close(promise: nil)
        }
        try await LoopbackServer.record(FixedSelector(), answer: answer) { server, _ in
            let output = try await python(
                """
                s = client()
                s.sendall(b"x")
                client().close()  # served by the same thread: by now the first is closed
                try:
                    while s.recv(65536): pass
                    print("complete")
                except (ssl.SSLEOFError, ConnectionResetError):
                    print("cut off")
                """, port: server.port)
            #expect(output == "cut off")
        }
    }

    @Test("a forged record after the handshake is reported once and closed")
    func forgedRecord() async throws {
        try await LoopbackServer.record(FixedSelector()) { server, record in
            _ = try await python(
                Self.memoryClient + """
                    exchange(tls.do_handshake)
                    raw.sendall(outgoing.read() + bytes([23, 3, 3, 0, 40]) + bytes(40))
                    while raw.recv(1000): pass
                    """, port: server.port)
            try await eventually("closed") { record.entries.last == .inactive }
            #expect(record.errors.count == 1)
            guard case .protocolViolation = record.errors.first else {
                Issue.record("\(record.errors)")
                return
            }
        }
    }

    /// A Python client that sees the records: `exchange` repeats a step until it needs no more from the server.
    static let memoryClient = """
        raw = socket.create_connection(("127.0.0.1", port), timeout=30)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context().wrap_bio(incoming, outgoing)
        def exchange(step, send=True):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    if send and outgoing.pending: raw.sendall(outgoing.read())
                    incoming.write(raw.recv(65536))

        """
}
