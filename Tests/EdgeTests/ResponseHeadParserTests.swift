import NIOCore
import Testing

@testable import Edge

@Suite("Response heads")
struct ResponseHeadParserTests {
    @Test("the body's framing follows status, method and fields")
    func framing() throws {
        #expect(try head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").body(answering: .get) == .length(5))
        #expect(try head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").body(answering: .head) == .none)
        #expect(try head("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").body(answering: .get) == .none)
        #expect(try head("HTTP/1.1 204\r\n\r\n").body(answering: .get) == .none)
        #expect(try head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").body(answering: .get) == .chunked)
        #expect(try head("HTTP/1.0 200 OK\r\n\r\n").body(answering: .get) == .untilClose)
    }

    @Test(
        "an answer that could be read in two ways is refused, byte by byte as at once",
        arguments: [
            "HTTP/1.1 200 OK\nContent-Length: 5\n\n", "HTTP/2 200\r\n\r\n       ", "HTTP/1.1 20 OK\r\n\r\n   ",
            "HTTP/1.1 999 X\r\n\r\n", "HTTP/1.1 200 O\u{0}K\r\n\r\n", "ICY 200 OK OK OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        ])
    func refused(text: String) {
        #expect(throws: Rejection.self) { try head(text) }
        #expect(throws: Rejection.self) { try head(text, pieces: 1) }
    }

    @Test("fields of the app's connection stay behind")
    func delivery() throws {
        let head = try head(
            "HTTP/1.1 200 Fine\r\nA: 1\r\nConnection: keep-alive, x\r\nKeep-Alive: timeout=5\r\nX: 1\r\nB: 2\r\n\r\n")
        var output = ByteBuffer()
        head.write(.init(minorVersion: 1, keepsAlive: true, chunksBody: true), to: &output)
        #expect(String(buffer: output) == "HTTP/1.1 200 Fine\r\nA: 1\r\nB: 2\r\nTransfer-Encoding: chunked\r\n\r\n")
        output.clear()
        head.write(.init(minorVersion: 0, keepsAlive: false), to: &output)
        #expect(String(buffer: output) == "HTTP/1.1 200 Fine\r\nA: 1\r\nB: 2\r\nConnection: close\r\n\r\n")
    }

    // MARK: - Private

    private func head(_ text: String, pieces size: Int = .max) throws -> ResponseHead {
        var parser = ResponseHeadParser(limits: .init())
        var head = ResponseHead()
        var rest = ByteBuffer(string: text)
        var buffer = ByteBuffer()
        while let piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
            buffer.writeImmutableBuffer(piece)
            switch parser.parse(&buffer, into: &head) {
            case .complete: return head
            case .needsMore: continue
            case .rejected(let rejection): throw rejection
            }
        }
        throw Rejection(0, "incomplete")
    }
}
