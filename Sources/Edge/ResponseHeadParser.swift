import NIOCore

/// Turns an app's bytes into response heads (RFC 9112), as strict as for requests: an answer that could be read in two
/// ways is not passed on.
struct ResponseHeadParser {
    enum Outcome: Equatable {
        case needsMore
        case complete
        /// What the app did wrong, for the 502 page.
        case rejected(Rejection)
    }

    private let limits: EdgeConfiguration.Limits
    private var scanner = HeadScanner()

    init(limits: EdgeConfiguration.Limits) {
        self.limits = limits
    }

    mutating func parse(_ buffer: inout ByteBuffer, into head: inout ResponseHead) -> Outcome {
        do throws(Rejection) {
            guard let length = try endOfHead(buffer), let bytes = buffer.readSlice(length: length) else {
                return .needsMore
            }
            scanner = HeadScanner()
            head.bytes = bytes
            try bytes.withUnsafeReadableBytes { (bytes) throws(Rejection) in try Self.read(bytes, limits, &head) }
            return .complete
        } catch {
            return .rejected(Rejection(502, error.reason))
        }
    }

    // MARK: - Private

    private mutating func endOfHead(_ buffer: ByteBuffer) throws(Rejection) -> Int? {
        switch buffer.withUnsafeReadableBytes({ scanner.scan($0) }) {
        case .complete(let length) where length <= limits.responseHead: return length
        case .incomplete where buffer.readableBytes <= limits.responseHead: return nil
        case .malformed: throw .malformed("A line does not end with CR LF.")
        case .complete, .incomplete: throw .malformed("The header is longer than \(limits.responseHead) bytes.")
        }
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, _ limits: EdgeConfiguration.Limits, _ head: inout ResponseHead
    ) throws(Rejection) {
        let end = try readStatusLine(bytes, &head)
        head.fields.removeAll(keepingCapacity: true)
        try HeadField.parse(bytes, from: end, maximum: limits.responseFields, into: &head.fields)
        head.announcedBody = try MessageBody.announced(by: head.fields, in: bytes, minorVersion: head.minorVersion)
        let options = ConnectionOptions(head.fields, in: bytes)
        head.keepsAlive = head.minorVersion == 0 ? options.keepAlive && !options.close : !options.close
    }

    /// `HTTP/1.x SP 3DIGIT [SP reason] CRLF`; the last blank may be missing (RFC 9112 section 4 lets clients be lenient).
    private static func readStatusLine(
        _ bytes: UnsafeRawBufferPointer, _ head: inout ResponseHead
    ) throws(Rejection) -> Int {
        guard bytes.count >= 16, ASCII.equals(UnsafeRawBufferPointer(rebasing: bytes[..<7]), "http/1."),
            ASCII.isDigit(bytes[7]), bytes[8] == ASCII.space, bytes[9..<12].allSatisfy(ASCII.isDigit),
            bytes[12] == ASCII.space || bytes[12] == ASCII.carriageReturn
        else { throw .malformed("The answer is not HTTP/1.1.") }
        head.minorVersion = bytes[7] == UInt8(ascii: "0") ? 0 : 1
        head.status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard (100...599).contains(head.status) else { throw .malformed("The answer's status is no status.") }
        var position = 12
        while ASCII.isFieldContent(bytes[position]) { position += 1 }
        guard bytes[position] == ASCII.carriageReturn, bytes[position + 1] == ASCII.lineFeed else {
            throw .malformed("The status line has a control character.")
        }
        head.statusText = 9..<position
        return position + 2
    }
}
