import Core
import NIOSSL

extension PinnedCertificate {
    /// Trusts this certificate and nothing else, whatever name it carries: what was compared is the key, not the name.
    /// - Throws: `.invalidInput` when the stored bytes are no certificate.
    func clientConfiguration() throws(NodePilotError) -> TLSConfiguration {
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: der, format: .der)])
            configuration.certificateVerification = .noHostnameVerification
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch {
            throw NodePilotError(
                .invalidInput, "The stored certificate of this server is damaged.", hint: "Run: nodepilot login")
        }
    }
}
