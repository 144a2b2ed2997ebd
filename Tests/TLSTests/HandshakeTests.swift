import NIOCore
import TLS
import Testing

@Suite("Handshakes with real clients")
struct HandshakeTests {
    private static let echo: Application.Answer = { entry, context in
        if case .data(let text) = entry { context.send(text) }
    }

    @Test("TLS 1.2 and 1.3 carry bytes both ways and agree on http/1.1", arguments: ["TLSv1.2", "TLSv1.3"])
    func versions(version: String) async throws {
        try await LoopbackServer.record(FixedSelector(), answer: Self.echo) { server, record in
            let output = try await python(
                """
                c = context()
                c.minimum_version = c.maximum_version = ssl.TLSVersion.\(version.replacing(".", with: "_"))
                c.set_alpn_protocols(["h2", "http/1.1"])
                s = client(c, "shop.example.com")
                s.sendall(b"hello")
                print(s.version(), s.selected_alpn_protocol(), s.recv(100).decode(), s.compression())
                """, port: server.port)
            #expect(output == "\(version) http/1.1 hello None")
            let expected = TLSHandshakeCompleted(
                negotiatedProtocol: "http/1.1", serverName: "shop.example.com", version: version)
            #expect(record.entries.first == .handshake(expected))
        }
    }

    @Test("TLS 1.1 is refused with an alert, reported once and closed")
    func oldVersion() async throws {
        try await LoopbackServer.record(FixedSelector()) { server, record in
            let output = try await openssl(
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
            #expect(output.contains("alert protocol version"))
            try await eventually("closed") { record.entries.last == .inactive }
            #expect(record.entries.count == 2)
            #expect(record.errors.first?.description.contains("unsupported protocol") == true)
        }
    }

    @Test("a TLS 1.2 client without a forward-secret cipher is refused")
    func weakCipher() async throws {
        try await LoopbackServer.record(FixedSelector()) { server, _ in
            let output = try await openssl(
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"])
            #expect(output.contains("handshake failure"))
        }
    }

    @Test("a client whose protocols we do not speak goes on without")
    func noCommonProtocol() async throws {
        try await LoopbackServer.record(FixedSelector()) { server, record in
            let output = try await openssl(
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-alpn", "h2,spdy/3"])
            #expect(output.contains("No ALPN negotiated"))
            #expect(record.handshake?.negotiatedProtocol == nil)
            #expect(record.errors.isEmpty)
        }
    }

    @Test("the server name chooses the certificate", arguments: ["-tls1_2", "-tls1_3"])
    func serverName(version: String) async throws {
        let selector = try FixedSelector("default.example", others: ["one.example", "two.example"])
        try await LoopbackServer.record(selector) { server, _ in
            let expectations = [
                ("one.example", "one.example"), ("TWO.example", "two.example"), ("three.example", "default.example"),
            ]
            for (name, expected) in expectations {
                let output = try await openssl(
                    ["s_client", "-connect", "127.0.0.1:\(server.port)", version, "-servername", name])
                #expect(output.contains("CN = \(expected)"))
            }
            let unnamed = try await openssl(
                ["s_client", "-connect", "127.0.0.1:\(server.port)", version, "-noservername"])
            #expect(unnamed.contains("CN = default.example"))
        }
    }

    @Test("an odd server name gets the default certificate", arguments: ["not a name", "ü.example", "%00", ".."])
    func oddServerName(name: String) async throws {
        try await LoopbackServer.record(FixedSelector("default.example")) { server, record in
            let output = try await openssl(
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", name])
            #expect(output.contains("CN = default.example"))
            try await eventually("handshake") { record.handshake != nil }
            #expect(name == ".." || record.handshake?.serverName == nil)
        }
    }

    @Test("the whole chain is sent")
    func chain() async throws {
        var identity = try makeIdentity("leaf.example")
        identity.certificateChainPEM += try makeIdentity("issuer.example").certificateChainPEM
        var selector = try FixedSelector()
        selector.others["leaf.example"] = try TLSContext(identity: identity)
        try await LoopbackServer.record(selector) { server, _ in
            let output = try await openssl([
                "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "leaf.example", "-showcerts",
            ])
            #expect(output.contains("0 s:O = NodePilot, CN = leaf.example"))
            #expect(output.contains("1 s:O = NodePilot, CN = issuer.example"))
        }
    }

    @Test("a second connection resumes the session of the first")
    func resumption() async throws {
        try await LoopbackServer.record(FixedSelector(), answer: Self.echo) { server, _ in
            let output = try await python(
                """
                c = context()
                first = client(c)
                first.sendall(b"x"); first.recv(1)
                raw = socket.create_connection(("127.0.0.1", port), timeout=30)
                second = c.wrap_socket(raw, session=first.session)
                print(first.session_reused, second.session_reused)
                """, port: server.port)
            #expect(output == "False True")
        }
    }

    @Test("plain HTTP on the port is told apart and can be answered in plain text")
    func plainHTTP() async throws {
        let answer: Application.Answer = { entry, context in
            guard entry == .error(.plainHTTP) else { return }
            context.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            context.close(promise: nil)
        }
        try await LoopbackServer.record(FixedSelector(), answer: answer) { server, record in
            let output = try await python(
                """
                s = socket.create_connection(("127.0.0.1", port), timeout=30)
                s.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
                print(s.makefile("rb").read())
                """, port: server.port)
            #expect(output == #"b'HTTP/1.1 400 Bad Request\r\n\r\n'"#)
            #expect(record.errors == [.plainHTTP])
        }
    }

    @Test("a client that stops in its handshake is closed")
    func stalls() async throws {
        let options = LoopbackServer.Options(handshakeTimeout: .milliseconds(50))
        try await LoopbackServer.record(FixedSelector(), options: options) { server, record in
            let output = try await python(
                """
                s = socket.create_connection(("127.0.0.1", port), timeout=30)
                s.sendall(bytes([22, 3, 1, 2, 0, 1, 0]))
                print(s.recv(100))
                """, port: server.port)
            #expect(output == "b''")
            #expect(record.errors == [.handshakeTimedOut])
        }
    }
}
