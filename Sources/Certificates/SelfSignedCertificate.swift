package import Core
import Crypto
package import FoundationEssentials
import SwiftASN1
package import TLS
import X509

/// A certificate that vouches for itself: browsers ask the person once, the connection is encrypted all the same.
package struct SelfSignedCertificate {
    /// Apple's clients refuse TLS server certificates of more than 825 days, even ones that the person trusts. It is
    /// no shorter because each new one has to be accepted again.
    package static let longestValidity: TimeInterval = 825 * 86_400

    /// A P-256 key and a certificate for it.
    /// - Parameters:
    ///   - names: host names, `*.` in front allowed; the first is shown as the certificate's name.
    ///   - addresses: IPv4 and IPv6 addresses, without brackets.
    ///   - validity: in seconds, at most `longestValidity`, a day of it before `now`.
    /// - Throws: `.invalidInput` for names or addresses that no certificate can hold.
    package static func make(
        names: [String], addresses: [String], validity: TimeInterval = longestValidity, now: Date
    ) throws(NodePilotError) -> TLSIdentity {
        let subjects = try CertificateSubjects(names: names, addresses: addresses)
        // Clients whose clock is a little behind must not find it "not yet valid".
        let start = now.addingTimeInterval(-86_400)
        // The last second counts, hence one less.
        let end = start.addingTimeInterval(min(max(validity, 1), longestValidity) - 1)
        do {
            return try sign(subjects, from: start, to: end)
        } catch {
            throw NodePilotError(.internal, "The server's own certificate could not be made: \(error)")
        }
    }

    // MARK: - Private

    private static func sign(_ subjects: CertificateSubjects, from start: Date, to end: Date) throws -> TLSIdentity {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try distinguishedName(subjects)
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: start, notValidAfter: end, issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(subjects.generalNames)
            },
            issuerPrivateKey: key)
        return TLSIdentity(
            certificateChainPEM: try certificate.serializeAsPEM().pemString + "\n",
            privateKeyPEM: try key.serializeAsPEM().pemString + "\n")
    }

    private static func distinguishedName(_ subjects: CertificateSubjects) throws -> DistinguishedName {
        // RFC 5280 appendix A: a common name has at most 64 characters.
        guard let name = subjects.names.first, name.utf8.count <= 64 else {
            return try DistinguishedName { OrganizationName("NodePilot") }
        }
        return try DistinguishedName {
            OrganizationName("NodePilot")
            CommonName(name)
        }
    }
}
