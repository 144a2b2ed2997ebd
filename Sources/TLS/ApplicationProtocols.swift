import COpenSSL

/// The protocols that ALPN may choose, in the wire format of RFC 7301 section 3.1.
final class ApplicationProtocols: Sendable {
    /// OpenSSL hands out pointers into it, so it stays where it is. Nothing writes to it after `init`.
    nonisolated(unsafe) private let wire: UnsafeMutableBufferPointer<UInt8>

    init(_ names: [String]) throws(TLSIdentityError) {
        var bytes: [UInt8] = []
        for name in names {
            guard let length = UInt8(exactly: name.utf8.count), length > 0 else {
                throw TLSIdentityError(.invalidProtocolName)
            }
            bytes.append(length)
            bytes.append(contentsOf: name.utf8)
        }
        wire = .allocate(capacity: bytes.count)
        _ = wire.initialize(from: bytes)
    }

    deinit {
        wire.deallocate()
    }

    /// The context must not outlive this object.
    func offer(in context: OpaquePointer) {
        guard !wire.isEmpty else { return }
        SSL_CTX_set_alpn_select_cb(context, selectProtocol, Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: - Private

    fileprivate func select(
        from offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32,
        into chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>, _ chosenLength: UnsafeMutablePointer<UInt8>
    ) -> Int32 {
        var start: UnsafeMutablePointer<UInt8>?
        let outcome = SSL_select_next_proto(
            &start, chosenLength, wire.baseAddress, UInt32(wire.count), offered, offeredLength)
        // Without a protocol in common it would point into our list all the same.
        guard outcome == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_NOACK }
        chosen.pointee = UnsafePointer(start)
        return SSL_TLSEXT_ERR_OK
    }
}

private func selectProtocol(
    _: OpaquePointer?, chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    chosenLength: UnsafeMutablePointer<UInt8>?, offered: UnsafePointer<UInt8>?, offeredLength: UInt32,
    owner: UnsafeMutableRawPointer?
) -> Int32 {
    guard let owner, let chosen, let chosenLength else { return SSL_TLSEXT_ERR_NOACK }
    return Unmanaged<ApplicationProtocols>.fromOpaque(owner).takeUnretainedValue()
        .select(from: offered, offeredLength, into: chosen, chosenLength)
}
