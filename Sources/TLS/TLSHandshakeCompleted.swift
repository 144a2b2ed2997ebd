/// Fired as a user inbound event when a handshake is done, before the first plaintext.
package struct TLSHandshakeCompleted: Sendable, Hashable {
    /// The protocol chosen by ALPN (RFC 7301); nil when the client and we have none in common.
    package let negotiatedProtocol: String?
    /// The host that the client asked for, in lower case; nil when it named none, or something that is no host name.
    package let serverName: String?
    /// `TLSv1.2` or `TLSv1.3`.
    package let version: String

    package init(negotiatedProtocol: String?, serverName: String?, version: String) {
        self.negotiatedProtocol = negotiatedProtocol
        self.serverName = serverName
        self.version = version
    }
}
