import NIOCore

/// What an app is told about the client; said by the edge alone (RFC 7239 explains why nobody else is believed).
struct ForwardedHeaders {
    /// The client's address, an IPv4 one in dotted form also when it came in through an IPv6 socket.
    let clientAddress: String
    let isSecure: Bool
    /// The lines that are the same for all requests of a connection.
    private let connectionLines: String

    init(client: SocketAddress?, isSecure: Bool) {
        let address = client?.ipAddress ?? "127.0.0.1"  // a Unix socket has no address
        let mapped = "::ffff:"
        clientAddress =
            address.hasPrefix(mapped) && address.contains(".") ? String(address.dropFirst(mapped.utf8.count)) : address
        self.isSecure = isSecure
        connectionLines =
            "X-Forwarded-For: \(clientAddress)\r\nX-Real-IP: \(clientAddress)\r\n"
            + "X-Forwarded-Proto: \(isSecure ? "https" : "http")\r\nX-Forwarded-Host: "
    }

    func write(host: UnsafeRawBufferPointer, requestID: RequestID, to output: inout ByteBuffer) {
        output.writeString(connectionLines)
        output.writeBytes(host)
        output.writeStaticString("\r\nX-Request-ID: ")
        requestID.write(to: &output)
        output.writeStaticString("\r\n")
    }
}
