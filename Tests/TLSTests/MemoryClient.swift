import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

/// OpenSSL's client over an embedded channel: it sees each record and does what no ordinary client does.
final class MemoryClient {
    private let channel: EmbeddedChannel
    private let context: OpaquePointer
    private let connection: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    init(_ channel: EmbeddedChannel) throws {
        self.channel = channel
        context = try #require(SSL_CTX_new(TLS_client_method()))
        connection = try #require(SSL_new(context))
        incoming = try #require(BIO_new(BIO_s_mem()))
        outgoing = try #require(BIO_new(BIO_s_mem()))
        SSL_set_bio(connection, incoming, outgoing)
        SSL_set_connect_state(connection)
    }

    deinit {
        SSL_free(connection)
        SSL_CTX_free(context)
    }

    func handshake() throws {
        for _ in 0..<4 where SSL_do_handshake(connection) != 1 { try exchange() }
        try exchange()
        #expect(SSL_get_state(connection) == TLS_ST_OK)
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        #expect(SSL_write(connection, bytes, Int32(bytes.count)) == Int32(bytes.count))
        try sendPending()
    }

    /// Asks the server to change its keys, which it must answer.
    func requestKeyUpdate() throws {
        #expect(SSL_key_update(connection, SSL_KEY_UPDATE_REQUESTED) == 1)
        #expect(SSL_do_handshake(connection) == 1)
        try sendPending()
    }

    /// Hands what the server wrote to the client, as text.
    func receive(_ ciphertext: ByteBuffer) -> String {
        _ = ciphertext.withUnsafeReadableBytes { BIO_write(incoming, $0.baseAddress, Int32($0.count)) }
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 16_384)
        while case let count = SSL_read(connection, &bytes, Int32(bytes.count)), count > 0 {
            text += String(decoding: bytes.prefix(Int(count)), as: UTF8.self)
        }
        return text
    }

    // MARK: - Private

    private func exchange() throws {
        try sendPending()
        while let answer = try channel.readOutbound(as: ByteBuffer.self) {
            _ = answer.withUnsafeReadableBytes { BIO_write(incoming, $0.baseAddress, Int32($0.count)) }
        }
    }

    private func sendPending() throws {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while case let count = BIO_read(outgoing, &bytes, Int32(bytes.count)), count > 0 {
            // An embedded channel does not read by itself.
            channel.read()
            try channel.writeInbound(ByteBuffer(bytes: bytes.prefix(Int(count))))
        }
    }
}

/// The lengths of the TLS records in some ciphertext.
func recordLengths(_ ciphertext: ByteBuffer) -> [Int] {
    var rest = ciphertext
    var lengths: [Int] = []
    while rest.readBytes(length: 3) != nil, let length = rest.readInteger(as: UInt16.self) {
        lengths.append(Int(length))
        guard rest.readBytes(length: Int(length)) != nil else { break }
    }
    return lengths
}
