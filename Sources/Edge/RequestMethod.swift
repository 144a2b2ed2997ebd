/// A request's method, as far as the edge tells them apart.
enum RequestMethod: Equatable {
    case get, head, post, put, delete, options, trace, connect, other

    init(_ token: UnsafeRawBufferPointer) {
        self =
            switch token.count {
            case 3 where Self.matches(token, "GET"): .get
            case 3 where Self.matches(token, "PUT"): .put
            case 4 where Self.matches(token, "HEAD"): .head
            case 4 where Self.matches(token, "POST"): .post
            case 5 where Self.matches(token, "TRACE"): .trace
            case 6 where Self.matches(token, "DELETE"): .delete
            case 7 where Self.matches(token, "OPTIONS"): .options
            case 7 where Self.matches(token, "CONNECT"): .connect
            default: .other
            }
    }

    /// Whether sending it twice is the same as sending it once (RFC 9110 section 9.2.2).
    var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .connect, .other: false
        }
    }

    private static func matches(_ token: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        zip(token, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)).allSatisfy { $0 == $1 }
    }
}
