import Crypto
import FoundationEssentials
package import NIOSSL
import SwiftASN1
import X509

/// A certificate that nobody has signed, with its key, made for one test.
package struct SelfSignedIdentity: Sendable {
    /// DER.
    package let certificate: [UInt8]
    package let context: NIOSSLContext

    package init(host: String) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(host) }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: .now.addingTimeInterval(-60), notValidAfter: .now.addingTimeInterval(3600),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try .init { SubjectAlternativeNames([.dnsName(host)]) }, issuerPrivateKey: .init(key))
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        self.certificate = serializer.serializedBytes
        let chain = [NIOSSLCertificateSource.certificate(try .init(bytes: self.certificate, format: .der))]
        let secret = try NIOSSLPrivateKey(bytes: Array(key.derRepresentation), format: .der)
        context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(secret)))
    }
}
