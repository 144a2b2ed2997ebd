import Glibc

/// Finds the end of a message head over any number of reads, looking at each byte once.
///
/// Only CRLF ends a line: what another recipient might take for a line end (a bare LF, RFC 9112 section 2.2) is refused.
struct HeadScanner {
    enum Result: Equatable {
        case incomplete
        /// The head has this many bytes, with the empty line.
        case complete(Int)
        /// A line that does not end in CRLF.
        case malformed
    }

    /// The length of the first line without its CRLF, once it is there.
    private(set) var firstLine: Int?
    private var scanned = 0
    private var lineStart = 0

    /// - Parameter bytes: all bytes from the head's first on; at least as many as the last time.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Result {
        guard let base = bytes.baseAddress else { return .incomplete }
        while scanned < bytes.count {
            guard let found = memchr(base + scanned, Int32(ASCII.lineFeed), bytes.count - scanned) else {
                scanned = bytes.count
                return .incomplete
            }
            let end = UnsafeRawPointer(found) - base
            guard end > lineStart, bytes[end - 1] == ASCII.carriageReturn else { return .malformed }
            if end == lineStart + 1 { return .complete(end + 1) }
            if firstLine == nil { firstLine = end - 1 - lineStart }
            scanned = end + 1
            lineStart = scanned
        }
        return .incomplete
    }
}
