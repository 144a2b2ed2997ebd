import Testing

@testable import TLS

@Suite("Making a TLS context")
struct TLSContextTests {
    private func problem(_ identity: TLSIdentity, protocols: [String] = []) -> TLSIdentityError? {
        #expect(throws: TLSIdentityError.self) {
            try TLSContext(identity: identity, applicationProtocols: protocols)
        }
    }

    @Test("a certificate with its key serves")
    func works() throws {
        _ = try TLSContext(identity: makeIdentity("a.example"))
    }

    @Test("a key of another certificate is refused, with OpenSSL's words")
    func mismatch() throws {
        var identity = try makeIdentity("a.example")
        identity.privateKeyPEM = try makeIdentity("b.example").privateKeyPEM
        let error = try #require(problem(identity))
        #expect(error.problem == .keyMismatch)
        #expect(error.description.contains("key values mismatch"))
    }

    @Test("a missing, broken or cut certificate is refused")
    func certificates() throws {
        let identity = try makeIdentity("a.example")
        var changed = identity
        changed.certificateChainPEM = ""
        #expect(problem(changed)?.problem == .noCertificate)
        changed.certificateChainPEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        #expect(problem(changed)?.problem == .noCertificate)
        changed.certificateChainPEM = identity.certificateChainPEM + String(identity.certificateChainPEM.dropLast(60))
        #expect(problem(changed)?.problem == .unusableCertificate)
    }

    @Test("a key too weak for today is refused")
    func weakKey() async throws {
        let both = try await openssl([
            "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=weak.example", "-keyout", "-", "-out", "-",
        ])
        let error = try #require(problem(TLSIdentity(certificateChainPEM: both, privateKeyPEM: both)))
        #expect(error.problem == .unusableCertificate)
        #expect(error.description.contains("key too small"))
    }

    @Test("a missing key and one with a passphrase are refused without asking for it")
    func keys() async throws {
        var identity = try makeIdentity("a.example")
        let encrypted = try await openssl(
            ["pkcs8", "-topk8", "-passout", "pass:secret", "-in", "/dev/stdin"], input: identity.privateKeyPEM)
        #expect(encrypted.contains("ENCRYPTED PRIVATE KEY"))
        identity.privateKeyPEM = encrypted
        #expect(problem(identity)?.problem == .unreadableKey)
        identity.privateKeyPEM = "no key"
        #expect(problem(identity)?.problem == .unreadableKey)
    }

    @Test("a protocol name that ALPN cannot carry is refused", arguments: ["", String(repeating: "x", count: 256)])
    func protocols(name: String) throws {
        #expect(problem(try makeIdentity("a.example"), protocols: [name])?.problem == .invalidProtocolName)
    }
}
