import Core
import FoundationEssentials
import TLS

/// Decides at a start whether the stored self-signed certificate still serves, and replaces it if not.
struct SelfSignedLoading {
    let folder: CertificateFolder
    let subjects: CertificateSubjects
    let now: Date

    /// - Returns: the certificate to serve, and what a person should know about it.
    func load(
        orMake make: () throws(NodePilotError) -> TLSIdentity
    ) throws(NodePilotError) -> (certificate: StoredCertificate, notice: String?) {
        guard let content = try folder.read(StoredCertificate.fileName) else {
            return (try store(try make()), nil)
        }
        let previous: StoredCertificate
        do {
            previous = try StoredCertificate(content: content)
        } catch {
            return (try store(try make()), replaced(damage(error)))
        }
        guard let reason = reasonToReplace(previous) else { return (previous, nil) }
        return try replace(previous, because: reason, with: try make())
    }

    // MARK: - Private

    private func reasonToReplace(_ certificate: StoredCertificate) -> String? {
        if !certificate.speaks(for: subjects) { return "the server's names have changed" }
        if certificate.expiry <= now { return "it had expired" }
        let margin = CertificateStore.renewalMargin
        return certificate.expiry <= now.addingTimeInterval(margin) ? "it was about to expire" : nil
    }

    /// A full disk is no reason not to start while the previous one still serves.
    private func replace(
        _ previous: StoredCertificate, because reason: String, with identity: TLSIdentity
    ) throws(NodePilotError) -> (certificate: StoredCertificate, notice: String?) {
        do throws(NodePilotError) {
            return (try store(identity), replaced(reason))
        } catch {
            guard previous.expiry > now, previous.speaks(for: subjects) else { throw error }
            return (previous, "The self-signed certificate should be replaced (\(reason)), but: \(error)")
        }
    }

    private func store(_ identity: TLSIdentity) throws(NodePilotError) -> StoredCertificate {
        let certificate = try asInternal { try StoredCertificate(identity) }
        try folder.write(certificate.content, to: StoredCertificate.fileName)
        return certificate
    }

    private func damage(_ error: any Error) -> String {
        // Other errors may quote the file, which holds the key.
        guard let error = error as? TLSIdentityError else { return "its file was damaged" }
        return "its file was damaged (\(error))"
    }

    private func replaced(_ reason: String) -> String {
        "A new self-signed certificate was made because \(reason); browsers will ask once more to accept it."
    }
}
