import APIClient
import Core
import Crypto
import NIOCore
import ScriptedServer
import Testing

@Suite("A server with a certificate of its own")
struct PinnedServerTests {
    private func serve(_ identity: SelfSignedIdentity) async throws -> (ScriptedServer, HTTPSOrigin) {
        let server = try await ScriptedServer.start(
            on: .init(ipAddress: "127.0.0.1", port: 0), tls: identity.context
        ) { _ in .json(#"{"status":"ok","version":"1"}"#) }
        return (server, HTTPSOrigin(host: "127.0.0.1", port: try #require(server.address.port)))
    }

    @Test("is not trusted by itself, shows its fingerprint, and is trusted once it is pinned")
    func pinned() async throws {
        let identity = try SelfSignedIdentity(host: "panel.example.com")
        let (server, origin) = try await serve(identity)
        let untrusted = try await #require(throws: NodePilotError.self) {
            try await APIClient.with(.remote(RemoteServer(origin: origin, token: "secret"))) {
                _ = try await $0.health()
            }
        }
        #expect(untrusted.code == .unauthenticated)
        #expect(untrusted.hint?.contains("nodepilot login") == true)
        #expect(server.received.isEmpty, "nothing was sent to a server that is not trusted")

        let found = try await CertificateProbe.certificate(of: origin)
        #expect(found.der == identity.certificate)
        let digest = SHA256.hash(data: identity.certificate).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        #expect(found.fingerprint.replacing(":", with: "").lowercased() == digest)
        #expect(found.matches(fingerprint: "sha256:\(digest)"))
        #expect(!found.matches(fingerprint: String(digest.dropLast())))

        let trusted = RemoteServer(origin: origin, token: "secret", certificate: found)
        #expect(try await APIClient.with(.remote(trusted)) { try await $0.health().status } == "ok")
        #expect(server.received.first?.header("Authorization") == "Bearer secret")
        await server.stop()
    }

    @Test("is refused when it comes with another certificate than the pinned one")
    func exchanged() async throws {
        let mine = try SelfSignedIdentity(host: "panel.example.com")
        let (server, origin) = try await serve(try SelfSignedIdentity(host: "panel.example.com"))
        let remote = RemoteServer(
            origin: origin, token: "secret", certificate: PinnedCertificate(der: mine.certificate))
        let error = try await #require(throws: NodePilotError.self) {
            try await APIClient.with(.remote(remote)) { _ = try await $0.health() }
        }
        #expect(error.message.contains("not the one that you trusted"))
        #expect(server.received.isEmpty)
        await server.stop()
    }

    @Test("is not found where nothing speaks TLS")
    func noTLS() async throws {
        let server = try await ScriptedServer.start(on: .init(ipAddress: "127.0.0.1", port: 0)) { _ in .nothing }
        let origin = HTTPSOrigin(host: "127.0.0.1", port: try #require(server.address.port))
        let error = try await #require(throws: NodePilotError.self) {
            _ = try await CertificateProbe.certificate(of: origin)
        }
        #expect(error.code == .unavailable)
        await server.stop()
    }
}
