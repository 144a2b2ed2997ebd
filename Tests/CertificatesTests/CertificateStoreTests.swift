import Certificates
import Core
import FoundationEssentials
import Glibc
import TLS
import Testing

@Suite("The certificate store")
struct CertificateStoreTests {
    private let now = Date()

    private func open(_ root: String, names: [String] = ["a.example"], at date: Date? = nil) throws -> CertificateStore
    {
        try CertificateStore(
            directory: root + "/certificates", names: names, addresses: ["127.0.0.1"], now: date ?? now)
    }

    @Test("the first start makes a certificate that nobody else can read, the next one loads it")
    func firstStart() async throws {
        try await withTemporaryFolder { root in
            let first = try open(root)
            #expect(first.notice == nil)
            #expect(mode(of: root + "/certificates") == 0o700)
            #expect(mode(of: root + "/certificates/self-signed.pem") == 0o600)
            let second = try open(root)
            #expect(second.notice == nil)
            #expect(second.fingerprint() == first.fingerprint())
            #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/certificates") == ["self-signed.pem"])
        }
    }

    @Test("the fingerprint is the one that OpenSSL shows")
    func fingerprint() async throws {
        try await withTemporaryFolder { root in
            let store = try open(root)
            let shown = try await openssl(
                ["x509", "-noout", "-fingerprint", "-sha256", "-in", root + "/certificates/self-signed.pem"])
            #expect(shown.trimmingNewline() == "sha256 Fingerprint=" + store.fingerprint())
        }
    }

    @Test("other names make a new certificate and say so, another order does not")
    func namesChange() async throws {
        try await withTemporaryFolder { root in
            let first = try open(root, names: ["a.example", "*.a.example"])
            let reordered = try open(root, names: ["*.a.example", "A.example"])
            #expect(reordered.fingerprint() == first.fingerprint())
            let changed = try open(root, names: ["a.example", "b.example"])
            #expect(changed.fingerprint() != first.fingerprint())
            #expect(changed.notice?.contains("names have changed") == true)
        }
    }

    @Test("it is made anew when less than 30 days are left, and not before")
    func expiry() async throws {
        try await withTemporaryFolder { root in
            let first = try open(root)
            let later = try open(root, at: now.addingTimeInterval(790 * 86_400))
            #expect(later.fingerprint() == first.fingerprint())
            let near = try open(root, at: now.addingTimeInterval(795 * 86_400))
            #expect(near.fingerprint() != first.fingerprint())
            #expect(near.notice?.contains("about to expire") == true)
            let past = try open(root, at: now.addingTimeInterval(5000 * 86_400))
            #expect(past.notice?.contains("had expired") == true)
        }
    }

    @Test(
        "a damaged file is replaced, and the notice says so",
        arguments: ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func damaged(text: String) async throws {
        try await withTemporaryFolder { root in
            _ = try open(root)
            let file = root + "/certificates/self-signed.pem"
            try Data(text.utf8).write(to: URL(filePath: file))
            let store = try open(root)
            #expect(store.notice?.contains("damaged") == true)
            #expect(mode(of: file) == 0o600)
            #expect(try open(root).notice == nil)
        }
    }

    @Test("a certificate with another's key counts as damaged")
    func mismatched() async throws {
        try await withTemporaryFolder { root in
            _ = try open(root)
            let file = root + "/certificates/self-signed.pem"
            let other = try SelfSignedCertificate.make(names: ["a.example"], addresses: ["127.0.0.1"], now: now)
            let certificate = try await openssl(["x509", "-in", file])
            try Data((certificate + other.privateKeyPEM).utf8).write(to: URL(filePath: file))
            #expect(try open(root).notice?.contains("key values mismatch") == true)
        }
    }

    @Test("what an interrupted start left behind is in nobody's way")
    func leftover() async throws {
        try await withTemporaryFolder { root in
            try #require(mkdir(root + "/certificates", 0o755) == 0)
            try Data("half".utf8).write(to: URL(filePath: root + "/certificates/self-signed.pem.new"))
            _ = try open(root)
            #expect(mode(of: root + "/certificates") == 0o700)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/certificates") == ["self-signed.pem"])
        }
    }

    @Test("a certificate that cannot be replaced serves on while it is valid, and the notice says so")
    func cannotReplace() async throws {
        try await withTemporaryFolder { root in
            let first = try open(root)
            // No file can be written where a folder stands.
            try #require(mkdir(root + "/certificates/self-signed.pem.new", 0o700) == 0)
            let near = try open(root, at: now.addingTimeInterval(800 * 86_400))
            #expect(near.fingerprint() == first.fingerprint())
            #expect(near.notice?.contains("could not be written") == true)
            #expect(throws: NodePilotError.self) { try open(root, at: now.addingTimeInterval(900 * 86_400)) }
        }
    }

    @Test("a folder that cannot be made is an error with a hint")
    func noFolder() async throws {
        try await withTemporaryFolder { root in
            let error = #expect(throws: NodePilotError.self) { try open(root + "/absent") }
            #expect(error?.message.contains("No such file or directory") == true)
            #expect(error?.hint != nil)
        }
    }

    @Test("an exact host goes before a wildcard, and that before the self-signed certificate")
    func selection() async throws {
        try await withTemporaryFolder { root in
            let store = try open(root)
            let fallback = store.context(forServerName: nil)
            try store.install(
                SelfSignedCertificate.make(names: ["*.shop.example"], addresses: [], now: now), for: "*.Shop.example")
            try store.install(
                SelfSignedCertificate.make(names: ["www.shop.example"], addresses: [], now: now),
                for: "www.shop.example")
            let wildcard = store.context(forServerName: "any.shop.example")
            let exact = store.context(forServerName: "www.shop.example")
            #expect(wildcard !== fallback)
            #expect(exact !== wildcard && exact !== fallback)
            for other in ["shop.example", "a.b.shop.example", "example", "", ".", ".shop", "shop.example."] {
                #expect(store.context(forServerName: other) === fallback)
            }
        }
    }

    @Test("a certificate without its key is refused in words and changes nothing")
    func refusesBroken() async throws {
        try await withTemporaryFolder { root in
            let store = try open(root)
            let before = store.context(forServerName: "b.example")
            var identity = try SelfSignedCertificate.make(names: ["b.example"], addresses: [], now: now)
            identity.privateKeyPEM = ""
            let error = #expect(throws: NodePilotError.self) { try store.install(identity, for: "b.example") }
            #expect(error?.code == .unprocessable)
            #expect(store.context(forServerName: "b.example") === before)
        }
    }
}

extension String {
    fileprivate func trimmingNewline() -> String {
        hasSuffix("\n") ? String(dropLast()) : self
    }
}
