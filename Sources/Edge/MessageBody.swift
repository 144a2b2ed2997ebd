/// How a message's end is found (RFC 9112 section 6.3).
enum MessageBody: Equatable {
    case none
    case length(UInt64)
    case chunked
    /// Answers only.
    case untilClose
}

extension MessageBody {
    /// The body that Content-Length and Transfer-Encoding announce, or nil when neither is there. Anything that two
    /// recipients could read in two ways is refused: lists, signs, both fields, any coding but `chunked`.
    static func announced(
        by fields: [HeadField], in head: UnsafeRawBufferPointer, minorVersion: UInt8
    ) throws(Rejection) -> MessageBody? {
        var body: MessageBody?
        for field in fields where field.name == .contentLength || field.name == .transferEncoding {
            guard body == nil else { throw .malformed("The length of the body is given twice.") }
            let value = UnsafeRawBufferPointer(rebasing: head[field.value])
            if field.name == .contentLength {
                guard let length = decimal(value) else { throw .malformed("Content-Length is not a number.") }
                body = .length(length)
            } else {
                guard ASCII.equals(value, "chunked") else {
                    throw .malformed("Transfer-Encoding is something else than chunked.")
                }
                guard minorVersion >= 1 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
                body = .chunked
            }
        }
        return body
    }

    // MARK: - Private

    private static func decimal(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard (1...18).contains(text.count) else { return nil }
        var number: UInt64 = 0
        for byte in text {
            guard ASCII.isDigit(byte) else { return nil }
            number = number * 10 + UInt64(byte - 0x30)
        }
        return number
    }
}
