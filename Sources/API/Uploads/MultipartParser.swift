package import Core
import Glibc
package import NIOCore

/// `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) as a state machine without I/O: feed it buffers as they come,
/// then take events until there are none. It holds at most one part's header, or one field's value.
///
/// Stricter than the RFCs where leniency would let two parsers disagree: lines end in CRLF only, no header is folded, a
/// delimiter has no padding, no name comes twice.
package struct MultipartParser {
    package enum Event: Equatable {
        case field(name: String, value: String)
        /// The bytes of the file follow as `data`, until `fileEnd`.
        case file(name: String, fileName: String?)
        case data(ByteBuffer)
        case fileEnd
    }

    package struct Limits: Sendable {
        /// Bytes of a field's value.
        package var field = 64 * 1024
        /// Fields that may be larger or must be smaller.
        package var fields: [String: Int] = [:]
        /// The parts that are files; a file under any other name is refused.
        package var files: Set<String> = ["file"]
        package var header = 8 * 1024
        package var preamble = 8 * 1024
        package var parts = 64

        package init() {}
    }

    private enum State {
        case preamble(skipped: Int)
        /// After `--boundary`: CRLF begins a part, `--` ends the message.
        case delimiter
        case header
        case field(name: String, value: ByteBuffer, limit: Int)
        case file
        case epilogue
    }

    private let limits: Limits
    private let delimiter: [UInt8]
    private var state = State.preamble(skipped: 0)
    private var names: Set<String> = []
    /// The line break that precedes a delimiter belongs to it; the first delimiter's may be missing, so we supply it.
    private var pending = ByteBuffer(string: "\r\n")

    /// - Parameter boundary: as the Content-Type has it, unquoted.
    /// - Throws: `.invalidInput` when it is not a boundary.
    package init(boundary: String, limits: Limits = Limits()) throws(NodePilotError) {
        guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy(isBoundaryCharacter),
            boundary.utf8.last != UInt8(ascii: " ")
        else { throw malformed("its boundary is not 1 to 70 of the characters that RFC 2046 allows") }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.limits = limits
    }

    package mutating func feed(_ bytes: ByteBuffer) {
        if case .epilogue = state { return }
        var bytes = bytes
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.writeBuffer(&bytes)
        }
    }

    /// - Returns: nil when more bytes are needed.
    /// - Throws: `.invalidInput` or `.tooLarge`; the parser is of no use after that.
    package mutating func next() throws(NodePilotError) -> Event? {
        while true {
            switch state {
            case .preamble(let skipped):
                guard try skipPreamble(skipped) else { return nil }
            case .delimiter:
                guard try endDelimiter() else { return nil }
            case .header:
                guard let header = try readHeader() else { return nil }
                if let event = try begin(header) { return event }
            case .field(let name, let value, let limit):
                guard let event = try readField(name, value, limit) else { return nil }
                return event
            case .file:
                return readFile()
            case .epilogue:
                pending.clear()
                return nil
            }
        }
    }

    /// To be called when the body has ended and `next()` has no more events.
    /// - Throws: `.invalidInput` when the last boundary is missing.
    package func finish() throws(NodePilotError) {
        guard case .epilogue = state else { throw malformed("it ends before its last boundary; was it cut short?") }
    }

    // MARK: - Private

    private mutating func skipPreamble(_ skipped: Int) throws(NodePilotError) -> Bool {
        let (data, found) = takeToDelimiter()
        let skipped = skipped + data.readableBytes
        guard skipped <= limits.preamble else { throw malformed("its boundary does not come") }
        state = found ? .delimiter : .preamble(skipped: skipped)
        return found
    }

    private mutating func endDelimiter() throws(NodePilotError) -> Bool {
        guard let (first, second) = pending.readMultipleIntegers(as: (UInt8, UInt8).self) else { return false }
        switch (first, second) {
        case (UInt8(ascii: "\r"), UInt8(ascii: "\n")):
            guard names.count < limits.parts else { throw malformed("it has more than \(limits.parts) parts") }
            state = .header
        case (UInt8(ascii: "-"), UInt8(ascii: "-")):
            state = .epilogue
        default:
            throw malformed("something stands behind a boundary on its line")
        }
        return true
    }

    private mutating func readHeader() throws(NodePilotError) -> MultipartHeader? {
        let end = [UInt8]("\r\n\r\n".utf8)
        guard let length = pending.readableBytesView.firstRange(of: end)?.lowerBound else {
            guard pending.readableBytes <= limits.header else { throw headerTooLong }
            return nil
        }
        let count = length - pending.readerIndex
        guard count <= limits.header else { throw headerTooLong }
        let bytes = pending.readBytes(length: count) ?? []
        pending.moveReaderIndex(forwardBy: end.count)
        return try MultipartHeader(bytes)
    }

    private var headerTooLong: NodePilotError {
        malformed("a part's header is longer than \(limits.header) bytes")
    }

    private mutating func begin(_ header: MultipartHeader) throws(NodePilotError) -> Event? {
        guard names.insert(header.name).inserted else {
            throw .invalid(header.name, "comes more than once in the form")
        }
        if limits.files.contains(header.name) {
            state = .file
            return .file(name: header.name, fileName: header.fileName)
        }
        guard header.fileName == nil else { throw .invalid(header.name, "is a file, which is not expected here") }
        let limit = limits.fields[header.name] ?? limits.field
        state = .field(name: header.name, value: ByteBuffer(), limit: limit)
        return nil
    }

    private mutating func readField(
        _ name: String, _ value: ByteBuffer, _ limit: Int
    ) throws(NodePilotError) -> Event? {
        var (data, found) = takeToDelimiter()
        var value = value
        guard value.readableBytes + data.readableBytes <= limit else {
            throw NodePilotError(
                .tooLarge, "\(name): is longer than \(limit) bytes",
                fields: [.init(name: name, problem: "is longer than \(limit) bytes")])
        }
        value.writeBuffer(&data)
        guard found else {
            state = .field(name: name, value: value, limit: limit)
            return nil
        }
        state = .delimiter
        guard let text = String(validating: value.readableBytesView, as: UTF8.self) else {
            throw .invalid(name, "is not valid UTF-8")
        }
        return .field(name: name, value: text)
    }

    private mutating func readFile() -> Event? {
        // The data before a delimiter is handed out first, and the delimiter found again at once by the next call.
        let (end, found) = scan()
        if end > 0, let data = pending.readSlice(length: end) { return .data(data) }
        guard found else { return nil }
        pending.moveReaderIndex(forwardBy: delimiter.count)
        state = .delimiter
        return .fileEnd
    }

    private mutating func takeToDelimiter() -> (data: ByteBuffer, found: Bool) {
        let (end, found) = scan()
        let data = pending.readSlice(length: end) ?? ByteBuffer()
        if found { pending.moveReaderIndex(forwardBy: delimiter.count) }
        return (data, found)
    }

    /// How many bytes come before the next delimiter, or before what may become one when more bytes come.
    private func scan() -> (end: Int, found: Bool) {
        pending.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return (0, false) }
            var start = 0
            while start < bytes.count,
                let hit = memchr(base + start, Int32(UInt8(ascii: "\r")), bytes.count - start)
            {
                let at = UnsafeRawPointer(hit) - base
                let length = min(bytes.count - at, delimiter.count)
                let matches = delimiter.withUnsafeBytes { expected in
                    expected.baseAddress.map { memcmp($0, base + at, length) == 0 } ?? false
                }
                if matches { return (at, length == delimiter.count) }
                start = at + 1
            }
            return (bytes.count, false)
        }
    }
}

/// `bchars` of RFC 2046 section 5.1.1.
private func isBoundaryCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default: "'()+_,-./:=? ".utf8.contains(byte)
    }
}

func malformed(_ problem: String) -> NodePilotError {
    NodePilotError(
        .invalidInput, "The form cannot be read: \(problem).", hint: "Send it as multipart/form-data (RFC 7578).")
}
