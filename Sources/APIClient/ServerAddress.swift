/// Where a NodePilot answers and how it knows the caller.
package enum ServerAddress: Hashable, Sendable {
    /// `admin.sock` of a server on this machine: the kernel's word is the password.
    case socket(path: String)
    case remote(RemoteServer)
}

/// A server that is reached over HTTPS.
package struct RemoteServer: Hashable, Sendable {
    /// Scheme, host and port, no path: `https://203.0.113.7:8443`.
    package var origin: HTTPSOrigin
    /// Sent as `Authorization: Bearer`; nil for what anyone may ask.
    package var token: String?
    /// Trusted in place of the machine's authorities.
    package var certificate: PinnedCertificate?

    package init(origin: HTTPSOrigin, token: String? = nil, certificate: PinnedCertificate? = nil) {
        self.origin = origin
        self.token = token
        self.certificate = certificate
    }
}
