import APIClient
import Core

/// Decides whether to trust a server's certificate: by an authority, by a fingerprint that was given, or by asking.
struct CertificateTrust: Sendable {
    let context: CommandContext
    /// `--fingerprint`
    let expected: String?

    /// - Returns: the certificate to pin; nil when an authority of this machine vouches for the server.
    /// - Throws: `.unauthenticated` when it is not to be trusted.
    func certificate(of origin: HTTPSOrigin) async throws -> PinnedCertificate? {
        let certificate = try await CertificateProbe.certificate(of: origin)
        if let expected {
            guard certificate.matches(fingerprint: expected) else {
                throw NodePilotError(
                    .unauthenticated,
                    "The certificate of \(origin) has another fingerprint: \(certificate.fingerprint)",
                    hint: "Somebody may be in between, or the server has a new certificate. Nothing was sent to it.")
            }
            return certificate
        }
        if try await isVouchedFor(origin) { return nil }
        try ask(about: certificate, of: origin)
        return certificate
    }

    // MARK: - Private

    private func isVouchedFor(_ origin: HTTPSOrigin) async throws -> Bool {
        do {
            _ = try await APIClient.with(.remote(RemoteServer(origin: origin))) { try await $0.health() }
            return true
        } catch let error as NodePilotError where error.code == .unauthenticated {
            return false
        }
    }

    private func ask(about certificate: PinnedCertificate, of origin: HTTPSOrigin) throws {
        context.console.writeError(
            """
            No authority vouches for \(origin). Its certificate has the SHA-256 fingerprint
              \(certificate.fingerprint)
            Compare it with what the server printed when it was installed (nodepilot admin setup-code).

            """)
        let answer = try Question(context: context).answer(to: "Trust it? [y/N]", insteadOf: "--fingerprint")
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw NodePilotError(.unauthenticated, "The certificate is not trusted. Nothing was sent to the server.")
        }
    }
}
