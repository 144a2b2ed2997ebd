/// Why an identity cannot serve TLS.
package struct TLSIdentityError: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        /// The chain holds no certificate.
        case noCertificate
        /// A certificate of the chain cannot be read, or is too weak to be offered.
        case unusableCertificate
        /// The key cannot be read or has a passphrase.
        case unreadableKey
        /// The key belongs to another certificate.
        case keyMismatch
        /// An ALPN protocol name is empty or longer than 255 bytes.
        case invalidProtocolName
        /// OpenSSL could not be set up.
        case openSSL
    }

    package let problem: Problem
    package let errors: OpenSSLErrors

    /// Takes OpenSSL's error queue of this thread.
    init(_ problem: Problem) {
        self.problem = problem
        errors = .take()
    }
}

extension TLSIdentityError: CustomStringConvertible {
    package var description: String {
        switch problem {
        case .noCertificate: "The certificate file holds no certificate: \(errors)."
        case .unusableCertificate: "A certificate cannot be used: \(errors)."
        case .unreadableKey: "The private key cannot be read, or has a passphrase: \(errors)."
        case .keyMismatch: "The private key does not belong to the certificate: \(errors)."
        case .invalidProtocolName: "An application protocol's name has 1 to 255 bytes."
        case .openSSL: "OpenSSL could not be set up: \(errors)."
        }
    }
}
