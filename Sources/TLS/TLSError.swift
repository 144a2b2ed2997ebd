/// Why a TLS connection ended other than by an orderly close. Fired once a connection as `errorCaught`.
package enum TLSError: Error, Sendable, Hashable {
    /// The client and we found no common ground; the alert was sent and the channel is closed.
    case handshakeFailed(OpenSSLErrors)
    /// The client did not finish its handshake in time; the channel is closed.
    case handshakeTimedOut
    /// The client went away before its handshake was finished.
    case closedInHandshake
    /// The first bytes were an HTTP request. The channel stays open and writes pass unencrypted, so that the upper
    /// layer can answer in plain text; it then closes. What else arrives is dropped.
    case plainHTTP
    /// The transport ended without close_notify: what was received may lack its end (RFC 8446 section 6.1).
    case truncated
    /// A record after the handshake was not valid; the alert was sent and the channel is closed.
    case protocolViolation(OpenSSLErrors)
    /// The client makes us answer records faster than it reads the answers; the channel is closed.
    case controlFlood
    /// OpenSSL could not make its state for a connection, as when memory is out.
    case unavailable(OpenSSLErrors)
}

extension TLSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .handshakeFailed(let errors): "The TLS handshake failed: \(errors)."
        case .handshakeTimedOut: "The client did not finish its TLS handshake in time."
        case .closedInHandshake: "The client closed the connection during the TLS handshake."
        case .plainHTTP: "The client spoke plain HTTP on the HTTPS port."
        case .truncated: "The connection ended without a TLS close_notify."
        case .protocolViolation(let errors): "The client broke the TLS protocol: \(errors)."
        case .controlFlood: "The client sent TLS control records faster than it read the answers."
        case .unavailable(let errors): "A TLS connection could not be set up: \(errors)."
        }
    }
}
