import COpenSSL
import NIOCore

/// One server-side TLS connection over byte buffers: no channel, no time. Confined to one event loop.
final class TLSConnection {
    enum HandshakeStep {
        case needsInput
        case completed(TLSHandshakeCompleted)
        case failed(TLSError)
    }

    enum Decrypted {
        case plaintext(ByteBuffer)
        case needsInput
        case closeNotify
        case failed(TLSError)
    }

    private enum Limit {
        /// Of one buffer that goes up; a power of two, which is what ByteBuffer allocates.
        static let plaintext = 65_536
        static let record = 16_384
        /// Header, content type and tag of a TLS 1.3 record, the least that TLS adds.
        static let recordOverhead = 22
    }

    private let raw: OpaquePointer
    private let pipe: CiphertextPipe
    private let selector: any CertificateSelector
    /// Kept alive: OpenSSL calls back into them.
    private var contexts: [TLSContext]
    private var serverName: String?
    private var failure: TLSError?

    init(selector: any CertificateSelector) throws(TLSError) {
        ERR_clear_error()
        let context = selector.context(forServerName: nil)
        pipe = CiphertextPipe()
        guard let raw = SSL_new(context.raw) else { throw .unavailable(.take()) }
        guard let bio = pipe.makeBIO() else {
            SSL_free(raw)
            throw .unavailable(.take())
        }
        self.raw = raw
        self.selector = selector
        contexts = [context]
        SSL_set_bio(raw, bio, bio)
        SSL_set_accept_state(raw)
        nodepilot_ssl_set_owner(raw, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        SSL_free(raw)
    }

    static func selectCertificates(in context: OpaquePointer) {
        nodepilot_ssl_ctx_on_server_name(context, selectCertificate)
    }

    // MARK: - From the client

    func receive(_ ciphertext: ByteBuffer) {
        pipe.receive(ciphertext)
    }

    func discardReceived() {
        pipe.discardInbound()
    }

    /// Whether `decrypt` has something to work on.
    var hasReceived: Bool {
        failure != nil || pipe.inbound.readableBytes > 0 || SSL_pending(raw) > 0
    }

    func handshake() -> HandshakeStep {
        ERR_clear_error()
        let outcome = SSL_do_handshake(raw)
        guard outcome != 1 else { return .completed(summary()) }
        guard SSL_get_error(raw, outcome) != SSL_ERROR_WANT_READ else { return .needsInput }
        let errors = OpenSSLErrors.take()
        return .failed(errors.contains(sslReason: SSL_R_HTTP_REQUEST) ? .plainHTTP : .handshakeFailed(errors))
    }

    /// As many records as are there and fit one buffer.
    func decrypt(allocator: ByteBufferAllocator) -> Decrypted {
        if let failure { return .failed(failure) }
        guard SSL_get_shutdown(raw) & SSL_RECEIVED_SHUTDOWN == 0 else { return .closeNotify }
        guard hasReceived else { return .needsInput }
        var plaintext = allocator.buffer(capacity: expectedPlaintext)
        let end = fill(&plaintext)
        guard plaintext.readableBytes == 0 else {
            // The end comes with the next call, after what preceded it.
            if case .failed(let error) = end { failure = error }
            return .plaintext(plaintext)
        }
        return end
    }

    // MARK: - To the client

    var outboundBytes: Int { pipe.outbound.readableBytes }

    func takeOutbound() -> ByteBuffer {
        pipe.takeOutbound()
    }

    func reserveOutbound(_ capacity: Int) {
        pipe.reserveOutbound(capacity)
    }

    /// - Parameter plaintext: one record's worth at most, not empty.
    func encrypt(_ plaintext: UnsafeRawBufferPointer) -> TLSError? {
        ERR_clear_error()
        var written = 0
        let outcome = SSL_write_ex(raw, plaintext.baseAddress, plaintext.count, &written)
        // Our BIO takes all that it is given, so OpenSSL never stops half-way.
        guard outcome == 1, written == plaintext.count else { return .protocolViolation(.take()) }
        return nil
    }

    func sendCloseNotify() {
        ERR_clear_error()
        // 0 means that the client's has not come yet; an error that the connection is broken: nothing to send then.
        if SSL_shutdown(raw) < 0 { ERR_clear_error() }
    }

    // MARK: - Private

    private func summary() -> TLSHandshakeCompleted {
        var start: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(raw, &start, &length)
        let negotiated = start.map {
            String(decoding: UnsafeBufferPointer(start: $0, count: Int(length)), as: UTF8.self)
        }
        return TLSHandshakeCompleted(
            negotiatedProtocol: negotiated, serverName: serverName, version: String(cString: SSL_get_version(raw)))
    }

    private var expectedPlaintext: Int {
        let pending = Int(SSL_pending(raw))
        // OpenSSL holds the beginning of a record, of unknown length.
        let held = pending == 0 && SSL_has_pending(raw) == 1 ? Limit.record : 0
        return min(max(pipe.inbound.readableBytes + pending + held - Limit.recordOverhead, 1), Limit.plaintext)
    }

    /// - Returns: why it stopped, `.needsInput` also when the buffer is full.
    private func fill(_ plaintext: inout ByteBuffer) -> Decrypted {
        while plaintext.writableBytes > 0 {
            ERR_clear_error()
            var outcome: Int32 = 0
            _ = plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { bytes in
                var count = 0
                outcome = SSL_read_ex(raw, bytes.baseAddress, bytes.count, &count)
                return outcome == 1 ? count : 0
            }
            guard outcome == 1 else { return reasonForNoData(outcome) }
            guard hasReceived else { break }
        }
        return .needsInput
    }

    private func reasonForNoData(_ outcome: Int32) -> Decrypted {
        switch SSL_get_error(raw, outcome) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: .needsInput
        case SSL_ERROR_ZERO_RETURN: .closeNotify
        default: .failed(.protocolViolation(.take()))
        }
    }

    fileprivate func chooseCertificate() -> Int32 {
        serverName = SSL_get_servername(raw, TLSEXT_NAMETYPE_host_name).flatMap { name in
            ServerName.parse(String(cString: name).utf8)
        }
        guard let serverName else { return SSL_TLSEXT_ERR_NOACK }
        let context = selector.context(forServerName: serverName)
        guard context !== contexts.last else { return SSL_TLSEXT_ERR_OK }
        guard SSL_set_SSL_CTX(raw, context.raw) != nil else { return SSL_TLSEXT_ERR_NOACK }
        contexts.append(context)
        return SSL_TLSEXT_ERR_OK
    }
}

private func selectCertificate(
    _ connection: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let connection, let owner = nodepilot_ssl_get_owner(connection) else { return SSL_TLSEXT_ERR_NOACK }
    return Unmanaged<TLSConnection>.fromOpaque(owner).takeUnretainedValue().chooseCertificate()
}
