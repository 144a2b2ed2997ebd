import Glibc
import NIOCore

/// Reads the chunked coding (RFC 9112 section 7.1) strictly and hands on what it has validated, as slices of what came in.
///
/// Extensions are removed, trailers are checked and dropped. A size line that is not complete stays in the buffer, so
/// nothing is handed on before its end is known.
struct ChunkedBody {
    enum Output {
        /// Still chunked.
        case framed
        /// The content alone, for a recipient that does not know the coding.
        case content
    }

    private enum State: Equatable {
        case size
        case data(UInt64)
        case dataEnd
        case trailers
        case done
    }

    /// Bytes of a size line with its extensions.
    static let maximumLine = 256
    static let maximumTrailers = 8 * 1024

    private let output: Output
    private var state = State.size
    private var trailerBytes = 0

    init(_ output: Output = .framed) {
        self.output = output
    }

    var isComplete: Bool { state == .done }

    /// - Parameter emit: gets the next bytes to pass on.
    /// - Throws: 400 when the coding is broken; the message's end is then not known any more.
    mutating func consume(_ input: inout ByteBuffer, emit: (ByteBuffer) -> Void) throws(Rejection) {
        var run = Run()
        var failure: Rejection?
        while state != .done {
            do throws(Rejection) {
                guard try step(&input, &run, emit) else { break }
            } catch {
                failure = error
                break
            }
        }
        run.end(emit, input)
        input.moveReaderIndex(to: run.position(in: input))
        if let failure { throw failure }
    }

    // MARK: - Private

    /// `length` bytes that go on as they are, behind `skipped` ones. The next step looks behind both.
    private struct Run {
        var skipped = 0
        var length = 0

        func position(in input: ByteBuffer) -> Int { input.readerIndex + skipped + length }

        mutating func end(_ emit: (ByteBuffer) -> Void, _ input: ByteBuffer) {
            guard length > 0 else { return }
            if let slice = input.getSlice(at: input.readerIndex + skipped, length: length) { emit(slice) }
            skipped += length
            length = 0
        }

        mutating func skip(_ count: Int, _ emit: (ByteBuffer) -> Void, _ input: ByteBuffer) {
            end(emit, input)
            skipped += count
        }
    }

    /// False when more bytes are needed.
    private mutating func step(
        _ input: inout ByteBuffer, _ run: inout Run, _ emit: (ByteBuffer) -> Void
    ) throws(Rejection) -> Bool {
        let available = input.writerIndex - run.position(in: input)
        switch state {
        case .size:
            let start = run.position(in: input)
            guard let line = try line(input, at: start, maximum: Self.maximumLine) else { return false }
            try readSize(line, input, &run, emit)
        case .data(let remaining):
            guard available > 0 else { return false }
            let taken = Int(min(UInt64(available), remaining))
            run.length += taken
            state = remaining == UInt64(taken) ? .dataEnd : .data(remaining - UInt64(taken))
        case .dataEnd:
            guard available >= 2 else { return false }
            guard input.getInteger(at: run.position(in: input), as: UInt16.self) == 0x0d0a else {
                throw .malformed("A chunk is longer than it says.")
            }
            take(2, input, &run, emit)
            state = .size
        case .trailers:
            let maximum = Self.maximumTrailers - trailerBytes
            guard let line = try line(input, at: run.position(in: input), maximum: maximum) else { return false }
            try readTrailer(line, input, &run, emit)
        case .done: return false
        }
        return true
    }

    /// The length of the line at `start`, with its CRLF; nil when its end is not there yet.
    private func line(_ input: ByteBuffer, at start: Int, maximum: Int) throws(Rejection) -> Int? {
        let length = input.viewBytes(at: start, length: input.writerIndex - start)?.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress else { return nil }
            return memchr(base, Int32(ASCII.lineFeed), bytes.count).map { UnsafeRawPointer($0) - base + 1 }
        }
        guard (length ?? input.writerIndex - start) <= maximum else {
            throw .malformed("A line of the chunked coding is too long.")
        }
        guard let length else { return nil }
        guard length >= 2, input.getInteger(at: start + length - 2, as: UInt8.self) == ASCII.carriageReturn else {
            throw .malformed("A line of the chunked coding does not end with CR LF.")
        }
        return length
    }

    /// `1*HEXDIG *( ";" ext ) CRLF`
    private mutating func readSize(
        _ length: Int, _ input: ByteBuffer, _ run: inout Run, _ emit: (ByteBuffer) -> Void
    ) throws(Rejection) {
        var size: UInt64 = 0
        var digits = 0
        var isExtension = false
        for byte in input.viewBytes(at: run.position(in: input), length: length - 2) ?? ByteBuffer().readableBytesView {
            if !isExtension, let digit = ASCII.hexValue(byte) {
                size = size << 4 | UInt64(digit)
                digits += 1
                guard digits <= 15 else { throw .malformed("A chunk's size is too large.") }
            } else {
                isExtension = isExtension || byte == UInt8(ascii: ";")
                guard isExtension, digits > 0, ASCII.isFieldContent(byte) else {
                    throw .malformed("A chunk's size is not a hexadecimal number.")
                }
            }
        }
        guard digits > 0 else { throw .malformed("A chunk has no size.") }
        state = size == 0 ? .trailers : .data(size)
        if size == 0 {
            run.skip(length, emit, input)
        } else if isExtension, output == .framed {
            run.skip(length, emit, input)
            emit(ByteBuffer(string: String(size, radix: 16) + "\r\n"))
        } else {
            take(length, input, &run, emit)
        }
    }

    private mutating func readTrailer(
        _ length: Int, _ input: ByteBuffer, _ run: inout Run, _ emit: (ByteBuffer) -> Void
    ) throws(Rejection) {
        let line = input.viewBytes(at: run.position(in: input), length: length - 2) ?? ByteBuffer().readableBytesView
        trailerBytes += length
        run.skip(length, emit, input)
        if line.isEmpty {
            state = .done
            if output == .framed { emit(Self.lastChunk) }
            return
        }
        guard let colon = line.firstIndex(of: ASCII.colon), colon > line.startIndex,
            line[..<colon].allSatisfy(ASCII.isToken), line[colon...].allSatisfy(ASCII.isFieldContent)
        else { throw .malformed("A trailer is not a header line.") }
    }

    private func take(_ count: Int, _ input: ByteBuffer, _ run: inout Run, _ emit: (ByteBuffer) -> Void) {
        switch output {
        case .framed: run.length += count
        case .content: run.skip(count, emit, input)
        }
    }

    private static let lastChunk = ByteBuffer(string: "0\r\n\r\n")
}
