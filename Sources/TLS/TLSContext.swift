import COpenSSL

/// OpenSSL's settings for one identity; any number of connections share it.
package final class TLSContext: Sendable {
    /// The SSL_CTX. It counts its references and locks itself, and we do not change it after `init`.
    nonisolated(unsafe) let raw: OpaquePointer
    private let protocols: ApplicationProtocols

    /// - Parameter applicationProtocols: offered by ALPN, best first. A client that has none of them goes on without.
    package init(identity: TLSIdentity, applicationProtocols: [String] = ["http/1.1"]) throws(TLSIdentityError) {
        ERR_clear_error()
        protocols = try ApplicationProtocols(applicationProtocols)
        guard Self.isLibraryReady, let raw = SSL_CTX_new(TLS_server_method()) else { throw TLSIdentityError(.openSSL) }
        self.raw = raw
        guard nodepilot_ssl_ctx_configure(raw) == 1 else { throw TLSIdentityError(.openSSL) }
        try IdentityLoader(context: raw).load(identity)
        protocols.offer(in: raw)
        TLSConnection.selectCertificates(in: raw)
    }

    deinit {
        SSL_CTX_free(raw)
    }

    // MARK: - Private

    private static let isLibraryReady = nodepilot_openssl_start() == 1
}
