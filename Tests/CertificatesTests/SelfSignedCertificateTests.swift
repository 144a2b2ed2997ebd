import Certificates
import Core
import FoundationEssentials
import TLS
import Testing

@Suite("Self-signed certificates")
struct SelfSignedCertificateTests {
    @Test("OpenSSL reads names, addresses, purpose and key")
    func readable() async throws {
        let identity = try SelfSignedCertificate.make(
            names: ["Example.com", "*.example.com", "example.com"], addresses: ["192.0.2.7", "2001:db8::1"], now: Date()
        )
        let text = try await openssl(["x509", "-noout", "-text"], input: identity.certificateChainPEM)
        let names = "DNS:example.com, DNS:*.example.com, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1"
        #expect(text.contains(names))
        #expect(text.contains("TLS Web Server Authentication"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("Digital Signature"))
        #expect(text.contains("ASN1 OID: prime256v1"))
        #expect(text.contains("Subject: O = NodePilot, CN = example.com"))
        _ = try TLSContext(identity: identity)
    }

    @Test("it verifies when it is trusted, and not for other hosts")
    func verifies() async throws {
        let identity = try SelfSignedCertificate.make(names: ["*.example.com"], addresses: ["192.0.2.7"], now: Date())
        let file = "/tmp/nodepilot-\(UUID().uuidString).pem"
        try Data(identity.certificateChainPEM.utf8).write(to: URL(filePath: file))
        defer {
            do { try FileManager.default.removeItem(atPath: file) } catch { Issue.record(error) }
        }
        let base = ["verify", "-purpose", "sslserver", "-CAfile", file]
        #expect(try await openssl(base + ["-verify_hostname", "shop.example.com", file]).contains(": OK"))
        #expect(try await openssl(base + ["-verify_ip", "192.0.2.7", file]).contains(": OK"))
        #expect(try await openssl(base + ["-verify_hostname", "shop.example.org", file]).contains("hostname mismatch"))
    }

    @Test("it holds 825 days at most, a day of them before now")
    func validity() async throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let identity = try SelfSignedCertificate.make(names: ["a.example"], addresses: [], validity: 1e9, now: now)
        let text = try await openssl(
            ["x509", "-noout", "-dates", "-dateopt", "iso_8601"], input: identity.certificateChainPEM)
        #expect(text.contains("notBefore=2027-01-14 08:00:00Z"))
        #expect(text.contains("notAfter=2029-04-18 07:59:59Z"))
    }

    @Test("each has a serial number and a key of its own")
    func unique() async throws {
        let first = try SelfSignedCertificate.make(names: ["a.example"], addresses: [], now: Date())
        let second = try SelfSignedCertificate.make(names: ["a.example"], addresses: [], now: Date())
        let serials = try await [
            openssl(["x509", "-noout", "-serial"], input: first.certificateChainPEM),
            openssl(["x509", "-noout", "-serial"], input: second.certificateChainPEM),
        ]
        #expect(serials[0].hasPrefix("serial="))
        #expect(serials[0] != serials[1])
        #expect(first.privateKeyPEM != second.privateKeyPEM)
    }

    @Test("a name too long for a common name is still served")
    func longName() async throws {
        let name = String(repeating: "a", count: 60) + ".example.com"
        let identity = try SelfSignedCertificate.make(names: [name], addresses: [], now: Date())
        let text = try await openssl(["x509", "-noout", "-text"], input: identity.certificateChainPEM)
        #expect(text.contains("DNS:\(name)"))
    }

    @Test(
        "what no certificate can hold is refused in words",
        arguments: [
            (["a b"], []), (["*.*.example"], []), ([], ["1.2.3"]), ([], ["[::1]"]), ([], []),
        ] as [([String], [String])])
    func refuses(names: [String], addresses: [String]) {
        let error = #expect(throws: NodePilotError.self) {
            try SelfSignedCertificate.make(names: names, addresses: addresses, now: Date())
        }
        #expect(error?.code == .invalidInput)
    }
}
