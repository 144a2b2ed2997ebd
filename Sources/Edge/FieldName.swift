/// The header fields that mean something to a proxy.
enum FieldName: UInt8 {
    case other
    case host, contentLength, transferEncoding, expect
    /// For one connection only (RFC 9110 section 7.6.1).
    case connection, keepAlive, te, trailer, upgrade, proxy, http2Settings
    /// Says who the client is: `X-Forwarded-*`, `Forwarded`, `X-Real-IP`, `X-Request-ID`. Never believed from outside.
    case identity
    /// Written with `_` where one of the names above has `-`: CGI-like servers cannot tell them apart.
    case alias
    case accept, ifNoneMatch, ifModifiedSince, ifRange, range

    init(_ name: UnsafeRawBufferPointer) {
        let known = Self.known(name)
        let matters = known.rawValue < FieldName.accept.rawValue && known != .other
        self = matters && name.contains(UInt8(ascii: "_")) ? .alias : known
    }

    // MARK: - Private

    private static func known(_ name: UnsafeRawBufferPointer) -> FieldName {
        switch name.count {
        case 2: first(name, ("te", .te))
        case 4: first(name, ("host", .host))
        case 5: first(name, ("range", .range), ("proxy", .proxy))
        case 6: first(name, ("accept", .accept), ("expect", .expect))
        case 7: first(name, ("upgrade", .upgrade), ("trailer", .trailer))
        case 8: first(name, ("if-range", .ifRange))
        case 9: first(name, ("forwarded", .identity), ("x-real-ip", .identity))
        case 10: first(name, ("connection", .connection), ("keep-alive", .keepAlive))
        case 12: first(name, ("x-request-id", .identity), or: prefixed(name))
        case 13: first(name, ("if-none-match", .ifNoneMatch), or: prefixed(name))
        case 14: first(name, ("content-length", .contentLength), ("http2-settings", .http2Settings), or: prefixed(name))
        case 17:
            first(
                name, ("transfer-encoding", .transferEncoding), ("if-modified-since", .ifModifiedSince),
                or: prefixed(name))
        default: prefixed(name)
        }
    }

    private static func first(
        _ name: UnsafeRawBufferPointer, _ one: (StaticString, FieldName), _ two: (StaticString, FieldName)? = nil,
        or fallback: @autoclosure () -> FieldName = .other
    ) -> FieldName {
        if matches(name, one.0) { return one.1 }
        if let two, matches(name, two.0) { return two.1 }
        return fallback()
    }

    private static func prefixed(_ name: UnsafeRawBufferPointer) -> FieldName {
        guard let letter = name.first else { return .other }
        switch ASCII.lowercased(letter) {
        case UInt8(ascii: "x") where name.count > 12 && matches(prefix(of: name, 12), "x-forwarded-"): return .identity
        case UInt8(ascii: "p") where name.count > 6 && matches(prefix(of: name, 6), "proxy-"): return .proxy
        default: return .other
        }
    }

    private static func prefix(of name: UnsafeRawBufferPointer, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: name[..<count])
    }

    /// Case does not count, and `_` is taken for `-`.
    private static func matches(_ name: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard name.count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<name.count {
            let byte = name[index]
            let folded = byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : ASCII.lowercased(byte)
            if folded != expected[index] { return false }
        }
        return true
    }
}
