import NIOCore

/// One request on its way to an app and back.
struct Exchange {
    /// Where else it could go when an instance does not take connections.
    var group: InstanceGroup?
    var pool: UpstreamPool
    var tried: [ObjectIdentifier] = []
    var upstream: UpstreamConnection?
    /// The head while it waits for a connection or for the first piece of the body.
    var unsentHead: ByteBuffer?
    /// The head of a request that may be sent again, until the answer begins.
    var repeatableHead: ByteBuffer?
    var hasRepeated = false
    var hasResponse = false
    /// Whether we put the answer's body into chunks.
    var chunksBody = false
}
