extension RequestHead {
    /// Finds whom the request is for: the authority of an absolute form, which must then be that of Host, or Host
    /// (RFC 9112 section 3.2).
    mutating func readTarget(_ line: RequestLine, _ bytes: UnsafeRawBufferPointer) throws(Rejection) {
        let hosts = fields.lazy.filter { $0.name == .host }
        guard let field = hosts.first, hosts.count == 1 else {
            throw .malformed("There must be exactly one Host header.")
        }
        guard let named = Authority(UnsafeRawBufferPointer(rebasing: bytes[field.value])) else {
            throw .malformed("The Host header is not a host name.")
        }
        host = named.host
        hostIsIPAddress = named.isIPAddress
        authorityRange = field.value
        target = line.target
        isAbsoluteForm = false
        switch bytes[line.target.lowerBound] {
        case _ where method == .connect: throw Rejection(405, "CONNECT is not possible here.")
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "*") where line.target.count == 1 && method == .options: break
        default: try readAbsoluteForm(line, bytes, named)
        }
    }

    /// Finds the body's framing and what the client wants of the connection.
    mutating func readBody(_ bytes: UnsafeRawBufferPointer) throws(Rejection) {
        body = try MessageBody.announced(by: fields, in: bytes, minorVersion: minorVersion) ?? .none
        if body == .length(0) { body = .none }
        let options = ConnectionOptions(fields, in: bytes)
        keepsAlive = minorVersion == 0 ? options.keepAlive && !options.close : !options.close
        wantsWebSocket = false
        expectsContinue = false
        for field in fields {
            let value = UnsafeRawBufferPointer(rebasing: bytes[field.value])
            if field.name == .upgrade, options.upgrade, minorVersion > 0, method == .get, body == .none {
                wantsWebSocket = wantsWebSocket || ASCII.equals(value, "websocket")
            } else if field.name == .expect, minorVersion > 0 {
                guard ASCII.equals(value, "100-continue") else {
                    throw Rejection(417, "Only 100-continue can be expected.")
                }
                expectsContinue = body != .none
            }
        }
    }

    // MARK: - Private

    private mutating func readAbsoluteForm(
        _ line: RequestLine, _ bytes: UnsafeRawBufferPointer, _ named: Authority
    ) throws(Rejection) {
        let uri = UnsafeRawBufferPointer(rebasing: bytes[line.target])
        let schemeLength = Self.schemeLength(uri)
        guard schemeLength > 0 else { throw .malformed("The address does not begin with a slash.") }
        let rest = uri.dropFirst(schemeLength)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? uri.count
        guard let authority = Authority(UnsafeRawBufferPointer(rebasing: uri[schemeLength..<end])), authority == named
        else { throw .malformed("The address and the Host header name different hosts.") }
        guard end == uri.count || uri[end] == UInt8(ascii: "/") else {
            throw .malformed("The address has no path.")
        }
        isAbsoluteForm = true
        authorityRange = line.target.lowerBound + schemeLength..<line.target.lowerBound + end
        target = line.target.lowerBound + end..<line.target.upperBound
    }

    private static func schemeLength(_ uri: UnsafeRawBufferPointer) -> Int {
        for (scheme, length) in [("http://" as StaticString, 7), ("https://", 8)] where uri.count > length {
            if ASCII.equals(UnsafeRawBufferPointer(rebasing: uri[..<length]), scheme) { return length }
        }
        return 0
    }
}
