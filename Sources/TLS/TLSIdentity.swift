/// A server's certificate and the key that goes with it.
package struct TLSIdentity: Sendable {
    /// PEM: the server's own certificate first, then the intermediates in order.
    package var certificateChainPEM: String
    /// PEM, without a passphrase.
    package var privateKeyPEM: String

    package init(certificateChainPEM: String, privateKeyPEM: String) {
        self.certificateChainPEM = certificateChainPEM
        self.privateKeyPEM = privateKeyPEM
    }
}
