import NIOCore
import Testing

@testable import Edge

@Suite("Chunked bodies")
struct ChunkedBodyTests {
    @Test(
        "extensions and trailers are taken out, all else passes as it came",
        arguments: [
            ("5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("5;a=b\r\nhello\r\n0;x\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", "A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", "0123456789x"),
            ("0\r\nX: y\r\nHost: evil\r\n\r\n", "0\r\n\r\n", ""),
            ("1\r\n\r\r\n0\r\n\r\n", "1\r\n\r\r\n0\r\n\r\n", "\r"),
        ])
    func passes(input: String, framed: String, content: String) {
        for size in [1, 2, 3, 7, 1000] {
            #expect(run(input + "NEXT", .framed, size) == Result(output: framed, rest: "NEXT", isComplete: true))
            #expect(run(input + "NEXT", .content, size) == Result(output: content, rest: "NEXT", isComplete: true))
        }
    }

    @Test(
        "a coding that two recipients could read in two ways is refused",
        arguments: [
            "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
            "\r\nhello", "x\r\n", "-1\r\n", "+5\r\nhello", "0x5\r\nhello", "5 \r\nhello", " 5\r\nhello", ";a\r\n",
            "5;a\u{0}\r\nhello", "5;a\rb\r\nhello", "5;\nhello\r\n", "FFFFFFFFFFFFFFFF\r\n",
            "00000000000000005\r\nhello",
            "0\r\nno colon\r\n\r\n", "0\r\n: x\r\n\r\n", "0\r\nA : x\r\n\r\n", "0\r\nA: \u{1}\r\n\r\n",
            "0\r\nA: b\n\r\n",
            "1;\(String(repeating: "a", count: 300))\r\nx\r\n", String(repeating: "1", count: 300),
            "0\r\nA: \(String(repeating: "a", count: 9000))\r\n\r\n",
        ])
    func refused(input: String) {
        for size in [1, 3, 100_000] { #expect(run(input, .framed, size) == nil) }
    }

    @Test("a large chunk passes without being copied or kept")
    func large() throws {
        var body = ChunkedBody()
        var input = ByteBuffer(string: "100000\r\n" + String(repeating: "a", count: 1000))
        var pieces: [ByteBuffer] = []
        try body.consume(&input) { pieces.append($0) }
        #expect(pieces.count == 1 && pieces[0].readableBytes == 1008)
        #expect(input.readableBytes == 0 && !body.isComplete)
    }

    @Test("a counted body takes its bytes and leaves the next request's")
    func counted() throws {
        var reader = BodyReader(.length(5))
        var output = ""
        var input = ByteBuffer(string: "hel")
        try reader.consume(&input) { output += String(buffer: $0) }
        #expect(!reader.isComplete)
        input = ByteBuffer(string: "loGET")
        try reader.consume(&input) { output += String(buffer: $0) }
        #expect(reader.isComplete && output == "hello" && String(buffer: input) == "GET")
    }

    // MARK: - Private

    private struct Result: Equatable {
        var output: String
        var rest: String
        var isComplete: Bool
    }

    /// Feeds the text in pieces of `size` bytes; nil when it is refused.
    private func run(_ text: String, _ kind: ChunkedBody.Output, _ size: Int) -> Result? {
        var body = ChunkedBody(kind)
        var rest = ByteBuffer(string: text)
        var input = ByteBuffer()
        var output = ""
        while let piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
            input.writeImmutableBuffer(piece)
            do { try body.consume(&input) { output += String(buffer: $0) } } catch { return nil }
        }
        return Result(output: output, rest: String(buffer: input), isComplete: body.isComplete)
    }
}
