import NIOCore

/// Turns bytes into request heads (RFC 9112 sections 2 to 6), strictly: what is passed on has one meaning only.
///
/// It keeps nothing but how far it has looked; the bytes stay in the caller's buffer until the head is complete.
struct RequestHeadParser {
    enum Outcome: Equatable {
        case needsMore
        case complete
        case rejected(Rejection)
    }

    private let limits: EdgeConfiguration.Limits
    private var scanner = HeadScanner()
    private var hasSkippedEmptyLine = false

    init(limits: EdgeConfiguration.Limits) {
        self.limits = limits
    }

    /// Moves the buffer past the head when it is complete, and fills `head`, whose storage is used again.
    mutating func parse(_ buffer: inout ByteBuffer, into head: inout RequestHead) -> Outcome {
        do throws(Rejection) {
            guard let length = try endOfHead(&buffer), let bytes = buffer.readSlice(length: length) else {
                return .needsMore
            }
            scanner = HeadScanner()
            hasSkippedEmptyLine = false
            head.bytes = bytes
            try bytes.withUnsafeReadableBytes { (bytes) throws(Rejection) in try Self.read(bytes, limits, &head) }
            return .complete
        } catch {
            return .rejected(error)
        }
    }

    // MARK: - Private

    private mutating func endOfHead(_ buffer: inout ByteBuffer) throws(Rejection) -> Int? {
        guard skipEmptyLine(&buffer) else { return nil }
        let result = buffer.withUnsafeReadableBytes { scanner.scan($0) }
        if (scanner.firstLine ?? buffer.readableBytes) > limits.requestTarget + 32 {
            throw Rejection(414, "The address is longer than \(limits.requestTarget) bytes.")
        }
        switch result {
        case .complete(let length) where length <= limits.requestHead: return length
        case .incomplete where buffer.readableBytes <= limits.requestHead: return nil
        case .malformed: throw .malformed("A line does not end with CR LF.")
        case .complete, .incomplete:
            throw Rejection(431, "The header is longer than \(limits.requestHead) bytes.")
        }
    }

    /// One empty line in front of a request is forgiven (RFC 9112 section 2.2). False: not known yet whether it is one.
    private mutating func skipEmptyLine(_ buffer: inout ByteBuffer) -> Bool {
        let start = buffer.readerIndex
        guard !hasSkippedEmptyLine, buffer.getInteger(at: start, as: UInt8.self) == ASCII.carriageReturn else {
            return true
        }
        guard buffer.readableBytes >= 2 else { return false }
        if buffer.getInteger(at: start, as: UInt16.self) == 0x0d0a { buffer.moveReaderIndex(forwardBy: 2) }
        hasSkippedEmptyLine = true
        return true
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, _ limits: EdgeConfiguration.Limits, _ head: inout RequestHead
    ) throws(Rejection) {
        let line = try RequestLine(bytes, maximumTarget: limits.requestTarget)
        head.method = RequestMethod(UnsafeRawBufferPointer(rebasing: bytes[..<line.methodEnd]))
        head.methodEnd = line.methodEnd
        head.minorVersion = line.minorVersion
        head.fields.removeAll(keepingCapacity: true)
        try HeadField.parse(bytes, from: line.end, maximum: limits.requestFields, into: &head.fields)
        try head.readTarget(line, bytes)
        try head.readBody(bytes)
    }
}
