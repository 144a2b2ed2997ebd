import Core
import Crypto
import FoundationEssentials
import SwiftASN1
import TLS
import X509

/// The self-signed certificate in its file: certificate and key in one, since two files could not be replaced at once.
struct StoredCertificate {
    static let fileName = "self-signed.pem"

    let identity: TLSIdentity
    let context: TLSContext
    private let certificate: Certificate

    init(_ identity: TLSIdentity) throws {
        self.identity = identity
        context = try TLSContext(identity: identity)
        certificate = try Certificate(pemEncoded: identity.certificateChainPEM)
    }

    /// - Parameter content: of the file.
    init(content: [UInt8]) throws {
        let text = String(decoding: content, as: UTF8.self)
        // OpenSSL first: it says what is wrong without quoting the file, which holds the key.
        _ = try TLSContext(identity: TLSIdentity(certificateChainPEM: text, privateKeyPEM: text))
        let documents = try PEMDocument.parseMultiple(pemString: text)
        let chain = documents.filter { $0.discriminator == "CERTIFICATE" }.map(\.pemString)
        try self.init(TLSIdentity(certificateChainPEM: chain.joined(separator: "\n"), privateKeyPEM: text))
    }

    var content: [UInt8] {
        Array((identity.certificateChainPEM + identity.privateKeyPEM).utf8)
    }

    var expiry: Date { certificate.notValidAfter }

    func speaks(for subjects: CertificateSubjects) -> Bool {
        subjects.matches(certificate)
    }

    /// SHA-256 of the certificate as `openssl x509 -fingerprint -sha256` shows it.
    func fingerprint() throws -> String {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        let digits = Array("0123456789ABCDEF".utf8)
        let pairs = SHA256.hash(data: serializer.serializedBytes).map { byte in
            String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
        }
        return pairs.joined(separator: ":")
    }
}
