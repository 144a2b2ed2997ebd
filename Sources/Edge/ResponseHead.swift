import NIOCore

/// The head of an app's answer that has passed the parser.
struct ResponseHead {
    var bytes = ByteBuffer()
    var status = 0
    var minorVersion: UInt8 = 1
    /// Status code and reason, in `bytes`.
    var statusText = 0..<0
    var fields: [HeadField] = []
    /// How the body is framed, before it is known whether there is one at all.
    var announcedBody: MessageBody?
    var keepsAlive = false

    var isInterim: Bool { status < 200 }

    /// The body that follows (RFC 9112 section 6.3).
    func body(answering method: RequestMethod) -> MessageBody {
        if method == .head || isInterim || status == 204 || status == 304 { return .none }
        return announcedBody ?? .untilClose
    }
}
