package import Core
package import FoundationEssentials
import Synchronization
package import TLS

/// The server's certificates: chosen by server name in each handshake, from an immutable snapshot.
package final class CertificateStore: CertificateSelector, Sendable {
    /// A certificate with less than this left is replaced at the next start.
    static let renewalMargin: TimeInterval = 30 * 86_400

    /// One sentence for the log when the self-signed certificate was replaced, or should have been; else nil. After
    /// a replacement, browsers ask again.
    package let notice: String?

    private let selfSignedFingerprint: String
    private let snapshot: Mutex<CertificateSnapshot>

    /// Loads the self-signed certificate, or makes it at the first start, when it has expired or is about to, when
    /// the server's names have changed, and when its file is broken: it holds nothing that cannot be made anew.
    /// Blocks for some milliseconds.
    /// - Parameters:
    ///   - directory: made with mode 0700 if it is not there; the folder above it must be.
    ///   - names: host names of the server, `*.` in front allowed.
    ///   - addresses: IP addresses of the server.
    /// - Throws: when the folder cannot be used, or a name is none.
    package init(directory: String, names: [String], addresses: [String], now: Date) throws(NodePilotError) {
        let folder = CertificateFolder(path: directory)
        let subjects = try CertificateSubjects(names: names, addresses: addresses)
        try folder.prepare()
        let loading = SelfSignedLoading(folder: folder, subjects: subjects, now: now)
        let (stored, notice) = try loading.load(orMake: {
            () throws(NodePilotError) in
            try SelfSignedCertificate.make(names: names, addresses: addresses, now: now)
        })
        self.notice = notice
        selfSignedFingerprint = try asInternal { try stored.fingerprint() }
        snapshot = Mutex(CertificateSnapshot(fallback: stored.context))
    }

    package func context(forServerName name: String?) -> TLSContext {
        // Held for the copy of a reference or two.
        snapshot.withLock { $0 }.context(for: name)
    }

    /// SHA-256 of the self-signed certificate, in hexadecimal pairs with colons, so that people can compare it with
    /// what their browser shows.
    package func fingerprint() -> String {
        selfSignedFingerprint
    }

    /// Serves a host with a certificate of its own from now on, in memory only.
    /// - Parameter host: such as `shop.example.com` or `*.example.com`; an exact one goes before a wildcard.
    /// - Throws: `.invalidInput` when the host is none; `.unprocessable` when certificate and key do not serve.
    package func install(_ identity: TLSIdentity, for host: String) throws(NodePilotError) {
        let host = try CertificateSubjects.host(host)
        let context: TLSContext
        do {
            context = try TLSContext(identity: identity)
        } catch {
            throw NodePilotError(
                .unprocessable, "The certificate for \(host) cannot be used. \(error)",
                hint: "Give the certificate chain and its private key as PEM text, the key without a passphrase.")
        }
        snapshot.withLock { $0.set(context, for: host) }
    }
}

/// What our own certificate cannot fail at unless something inside is wrong.
func asInternal<Value>(_ body: () throws -> Value) throws(NodePilotError) -> Value {
    do {
        return try body()
    } catch {
        throw NodePilotError(.internal, "The server's own certificate cannot be used: \(error)")
    }
}
