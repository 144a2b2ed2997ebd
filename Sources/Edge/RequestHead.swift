import NIOCore

/// A request head that has passed the parser: its bytes, and where in them everything stands.
struct RequestHead {
    /// From the first byte of the method to the empty line.
    var bytes = ByteBuffer()
    var method = RequestMethod.other
    var methodEnd = 0
    /// Origin form (`/path?query`) or `*`, in `bytes`; empty for an absolute form without a path.
    var target = 0..<0
    var isAbsoluteForm = false
    /// The digit behind `HTTP/1.`
    var minorVersion: UInt8 = 1
    /// The authority as the client wrote it, in `bytes`.
    var authorityRange = 0..<0
    var host = ""
    var hostIsIPAddress = false
    var fields: [HeadField] = []
    var body = MessageBody.none
    var keepsAlive = true
    var expectsContinue = false
    /// Whether it asks for a WebSocket (RFC 6455). Other upgrades are not passed on: `h2c` would lead past the edge.
    var wantsWebSocket = false

    /// The text of the first field of this name.
    func text(of name: FieldName) -> String? {
        fields.first { $0.name == name }.map { text($0.value) }
    }

    func text(_ range: Range<Int>) -> String {
        bytes.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
    }

    /// What the app is asked for, never empty.
    var targetText: String {
        target.isEmpty ? (method == .options ? "*" : "/") : text(target)
    }
}
