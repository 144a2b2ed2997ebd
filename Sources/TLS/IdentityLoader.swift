import COpenSSL

/// Puts an identity's PEM texts into an SSL_CTX.
struct IdentityLoader {
    let context: OpaquePointer

    func load(_ identity: TLSIdentity) throws(TLSIdentityError) {
        try withSource(identity.certificateChainPEM) { (source) throws(TLSIdentityError) in
            try loadLeaf(from: source)
            try loadChain(from: source)
        }
        try withSource(identity.privateKeyPEM) { (source) throws(TLSIdentityError) in
            try loadKey(from: source)
        }
    }

    // MARK: - Private

    private func loadLeaf(from source: OpaquePointer) throws(TLSIdentityError) {
        guard let certificate = PEM_read_bio_X509_AUX(source, nil, nil, nil) else {
            throw TLSIdentityError(.noCertificate)
        }
        defer { X509_free(certificate) }
        guard SSL_CTX_use_certificate(context, certificate) == 1 else { throw TLSIdentityError(.unusableCertificate) }
    }

    private func loadChain(from source: OpaquePointer) throws(TLSIdentityError) {
        while let certificate = PEM_read_bio_X509(source, nil, nil, nil) {
            guard nodepilot_ssl_ctx_add_chain_certificate(context, certificate) == 1 else {
                X509_free(certificate)
                throw TLSIdentityError(.unusableCertificate)
            }
        }
        // The end of the text is an error too, the only one that is expected here.
        let last = ERR_peek_last_error()
        guard ERR_GET_LIB(last) == ERR_LIB_PEM, ERR_GET_REASON(last) == PEM_R_NO_START_LINE else {
            throw TLSIdentityError(.unusableCertificate)
        }
        ERR_clear_error()
    }

    private func loadKey(from source: OpaquePointer) throws(TLSIdentityError) {
        guard let key = nodepilot_read_private_key(source) else { throw TLSIdentityError(.unreadableKey) }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(context, key) == 1, SSL_CTX_check_private_key(context) == 1 else {
            throw TLSIdentityError(.keyMismatch)
        }
    }

    private func withSource(
        _ text: String, _ body: (OpaquePointer) throws(TLSIdentityError) -> Void
    ) throws(TLSIdentityError) {
        let bytes = Array(text.utf8)
        // OpenSSL does not copy the bytes: they must live as long as the BIO.
        let result = bytes.withUnsafeBytes { buffer -> Result<Void, TLSIdentityError> in
            guard let length = Int32(exactly: buffer.count), let source = BIO_new_mem_buf(buffer.baseAddress, length)
            else { return .failure(TLSIdentityError(.openSSL)) }
            defer { BIO_free(source) }
            return Result { () throws(TLSIdentityError) in try body(source) }
        }
        try result.get()
    }
}
