/// `method SP request-target SP HTTP-version CRLF` (RFC 9112 section 3), with single blanks.
struct RequestLine {
    var methodEnd: Int
    var target: Range<Int>
    var minorVersion: UInt8
    /// Behind the CRLF.
    var end: Int

    /// - Parameter head: ends with CRLF CRLF.
    init(_ head: UnsafeRawBufferPointer, maximumTarget: Int) throws(Rejection) {
        var position = 0
        while ASCII.isToken(head[position]) { position += 1 }
        guard position > 0, head[position] == ASCII.space else {
            throw .malformed("The request does not begin with a method.")
        }
        methodEnd = position
        position += 1
        let targetStart = position
        while Self.isTargetByte(head[position]) { position += 1 }
        target = targetStart..<position
        guard !target.isEmpty, head[position] == ASCII.space else {
            throw .malformed("The address is empty or has a character that must be percent-encoded.")
        }
        guard target.count <= maximumTarget else {
            throw Rejection(414, "The address is longer than \(maximumTarget) bytes.")
        }
        let version = position + 1
        guard version + 10 <= head.count, Self.hasPrefix(head, at: version, "HTTP/"),
            ASCII.isDigit(head[version + 5]), head[version + 6] == UInt8(ascii: "."), ASCII.isDigit(head[version + 7]),
            head[version + 8] == ASCII.carriageReturn, head[version + 9] == ASCII.lineFeed
        else { throw .malformed("The first line does not end with an HTTP version.") }
        guard head[version + 5] == UInt8(ascii: "1") else {
            throw Rejection(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
        }
        minorVersion = head[version + 7] == UInt8(ascii: "0") ? 0 : 1
        end = version + 10
    }

    // MARK: - Private

    /// Visible ASCII but `#`: a fragment never travels.
    private static func isTargetByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")
    }

    private static func hasPrefix(_ head: UnsafeRawBufferPointer, at start: Int, _ text: StaticString) -> Bool {
        for offset in 0..<text.utf8CodeUnitCount where head[start + offset] != text.utf8Start[offset] { return false }
        return true
    }
}
