import NIOCore

/// What is remembered of a request while it is answered.
struct RequestTraits {
    var id = RequestID(0)
    var method = RequestMethod.get
    var minorVersion: UInt8 = 1
    var keepsAlive = false
    var wantsWebSocket = false
    var wantsJSON = false
    var hasBody = false
    var host = ""

    init() {}

    init(_ head: RequestHead, id: RequestID) {
        self.id = id
        method = head.method
        minorVersion = head.minorVersion
        keepsAlive = head.keepsAlive
        wantsWebSocket = head.wantsWebSocket
        hasBody = head.body != .none
        host = head.host
        wantsJSON = Self.prefersJSON(head)
    }

    /// Whether it may be sent a second time when the first got no answer (RFC 9110 section 9.2.2): nothing but a head that
    /// is in our hands.
    var isRepeatable: Bool { method.isIdempotent && !hasBody && !wantsWebSocket }

    /// Whoever names JSON but not HTML is a program.
    private static func prefersJSON(_ head: RequestHead) -> Bool {
        guard let field = head.fields.first(where: { $0.name == .accept }) else { return false }
        return head.bytes.withUnsafeReadableBytes { bytes in
            var json = false
            var html = false
            ASCII.forEachElement(UnsafeRawBufferPointer(rebasing: bytes[field.value])) { element in
                let end = element.firstIndex { $0 == UInt8(ascii: ";") || ASCII.isBlank($0) } ?? element.count
                let type = UnsafeRawBufferPointer(rebasing: element[..<end])
                json = json || ASCII.equals(type, "application/json") || ASCII.equals(type, "application/problem+json")
                html = html || ASCII.equals(type, "text/html")
            }
            return json && !html
        }
    }
}
