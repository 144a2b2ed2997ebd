import COpenSSL
import NIOCore

/// What OpenSSL sees as its socket: it reads from one buffer and appends to another.
final class CiphertextPipe {
    /// From the client, not yet read by OpenSSL.
    private(set) var inbound = ByteBuffer()
    /// From OpenSSL, not yet written to the channel.
    private(set) var outbound = ByteBuffer()

    /// A BIO over this pipe, which must outlive it. Nil when memory is out.
    func makeBIO() -> OpaquePointer? {
        guard let method = Self.method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    func receive(_ ciphertext: ByteBuffer) {
        if inbound.readableBytes == 0 {
            inbound = ciphertext
        } else {
            var ciphertext = ciphertext
            inbound.writeBuffer(&ciphertext)
        }
    }

    /// Forgets what came in: nobody will read it.
    func discardInbound() {
        inbound = ByteBuffer()
    }

    func reserveOutbound(_ capacity: Int) {
        outbound.reserveCapacity(capacity)
    }

    func takeOutbound() -> ByteBuffer {
        defer { outbound = ByteBuffer() }
        return outbound
    }

    // MARK: - Private

    fileprivate func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(target.count, inbound.readableBytes)
        guard count > 0 else { return 0 }
        inbound.readWithUnsafeReadableBytes { bytes in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        // The channel uses its receive buffer again once nobody else holds it.
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) {
        outbound.writeBytes(bytes)
    }

    /// Made once and never changed; OpenSSL only reads it.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(type, "NIO channel") else { return nil }
        BIO_meth_set_read(method, readFromPipe)
        BIO_meth_set_write(method, writeToPipe)
        BIO_meth_set_ctrl(method, controlPipe)
        return method
    }()
}

private func pipe(of bio: OpaquePointer?) -> CiphertextPipe? {
    guard let bio, let data = BIO_get_data(bio) else { return nil }
    return Unmanaged<CiphertextPipe>.fromOpaque(data).takeUnretainedValue()
}

private func readFromPipe(_ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ length: Int32) -> Int32 {
    nodepilot_bio_clear_retry(bio)
    guard let pipe = pipe(of: bio), let target, length > 0 else { return 0 }
    let count = pipe.read(into: UnsafeMutableRawBufferPointer(start: target, count: Int(length)))
    guard count > 0 else {
        // Never an end of file: only the channel knows when the transport has ended.
        nodepilot_bio_set_retry_read(bio)
        return -1
    }
    return Int32(count)
}

private func writeToPipe(_ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ length: Int32) -> Int32 {
    nodepilot_bio_clear_retry(bio)
    guard let pipe = pipe(of: bio), let source, length > 0 else { return 0 }
    pipe.write(UnsafeRawBufferPointer(start: source, count: Int(length)))
    return length
}

private func controlPipe(
    _: OpaquePointer?, _ command: Int32, _: Int, _: UnsafeMutableRawPointer?
) -> Int {
    command == BIO_CTRL_FLUSH ? 1 : 0
}
