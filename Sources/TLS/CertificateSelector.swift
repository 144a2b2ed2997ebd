/// Picks the certificate of a handshake.
package protocol CertificateSelector: Sendable {
    /// Called on event loops, twice a handshake at most: answers from memory, at once.
    /// - Parameter name: the host that the client asked for, in lower case and without a trailing dot; nil when it
    ///   named none, or something that is no host name.
    func context(forServerName name: String?) -> TLSContext
}
