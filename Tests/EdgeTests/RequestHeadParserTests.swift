import NIOCore
import Testing

@testable import Edge

@Suite("Request heads")
struct RequestHeadParserTests {
    @Test("a plain request is understood")
    func plain() throws {
        let head = try accepted("GET /a?b=c HTTP/1.1\r\nHost: Shop.Example.COM.:8443\r\nAccept: */*\r\n\r\n")
        #expect(head.method == .get)
        #expect(head.targetText == "/a?b=c")
        #expect(head.host == "shop.example.com")
        #expect(head.body == .none)
        #expect(head.keepsAlive)
        #expect(!head.hostIsIPAddress)
    }

    @Test(
        "what two recipients could read in two ways is refused",
        arguments: [
            (400, "GET / HTTP/1.1\nHost: a\n\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7f}\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\n\r\n"),
            (400, "GET / HTTP/1.0\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"),
            (400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
            (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET /\r\nHost: a\r\n\r\n"),
            (400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
            (400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
            (400, "G\u{1}T / HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
            (405, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
            (400, "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"),
            (400, "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{b}chunked\r\n\r\n"),
            (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n"),
            (400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
            (417, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n"),
        ])
    func refused(status: Int, text: String) {
        #expect(parse(text).status == status)
        #expect(parseByteByByte(text).status == status)
    }

    @Test("fed byte by byte or at once, a request is the same")
    func byteByByte() throws {
        let text = "POST /x HTTP/1.1\r\nHost: a\r\nX-Y:  z \r\nTransfer-Encoding: Chunked\r\n\r\nrest"
        var whole = ByteBuffer(string: text)
        let once = parse(&whole)
        let pieces = parseByteByByte(text)
        #expect(once.status == nil && pieces.status == nil)
        #expect(String(buffer: whole) == "rest")
        #expect(once.head.bytes == pieces.head.bytes)
        #expect(once.head.body == .chunked && pieces.head.body == .chunked)
        #expect(once.head.fields.count == 3)
    }

    @Test("one empty line before a request is forgiven, however it arrives")
    func leadingLine() {
        let text = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(parse(text).status == nil)
        #expect(parseByteByByte(text).status == nil)
    }

    @Test("an absolute address is accepted when Host says the same")
    func absoluteForm() throws {
        let head = try accepted("GET HTTP://A.example:80/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n")
        #expect(head.host == "a.example")
        #expect(head.targetText == "/x?y")
        #expect(forwarded(head).hasPrefix("GET /x?y HTTP/1.1\r\nHost: A.example:80\r\n"))
        #expect(try accepted("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").targetText == "/")
        #expect(try accepted("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n").targetText == "*")
    }

    @Test("addresses are told from names", arguments: ["127.0.0.1", "10.0.0.1:80", "[::1]:8443", "[2001:db8::1]"])
    func addresses(host: String) throws {
        #expect(try accepted("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").hostIsIPAddress)
        #expect(try !accepted("GET / HTTP/1.1\r\nHost: 1.2.3.example\r\n\r\n").hostIsIPAddress)
    }

    @Test("too long an address is 414, too long a head or too many fields 431")
    func limits() {
        let long = String(repeating: "a", count: 9000)
        #expect(parse("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n").status == 414)
        #expect(parse("GET /\(long)").status == 414)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\nY: \(long)\r\n\r\n").status == 431)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\(long)").status == 431)
        let fields = String(repeating: "A: b\r\n", count: 100)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n").status == 431)
    }

    @Test("keep-alive follows version and Connection")
    func keepAlive() throws {
        #expect(try accepted("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n").keepsAlive == false)
        #expect(try accepted("GET / HTTP/1.0\r\nHost: a\r\n\r\n").keepsAlive == false)
        #expect(try accepted("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").keepsAlive)
    }

    @Test("what names the client or belongs to one connection is not passed on")
    func forwardedHead() throws {
        let head = try accepted(
            """
            GET /p HTTP/1.1\r\nHost: a\r\nA: 1\r\nX-Forwarded-For: 6.6.6.6\r\nx_forwarded_for: 6.6.6.6\r\n\
            X-FORWARDED-PROTO: https\r\nX-Forwarded-Port: 1\r\nX_Forwarded-Host: b\r\nForwarded: for=6.6.6.6\r\n\
            X-Real-IP: 6\r\nX_Real_IP: 6\r\nX-Request-Id: 6\r\nProxy: 6\r\nProxy-Authorization: 6\r\n\
            Proxy-Connection: 6\r\nKeep-Alive: 6\r\nTE: trailers\r\nTrailer: X\r\nUpgrade: h2c\r\n\
            HTTP2-Settings: 6\r\nContent_Length: 6\r\nTransfer_Encoding: chunked\r\n\
            Connection: keep-alive, secret, Upgrade, host\r\nSecret: 6\r\nB: 2\r\n\r\n
            """)
        let text = forwarded(head)
        let lines = text.split(separator: "\r\n").map(String.init)
        #expect(
            lines == [
                "GET /p HTTP/1.1", "Host: a", "A: 1", "B: 2", "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1",
                "X-Forwarded-Proto: https", "X-Forwarded-Host: a", "X-Request-ID: 00000000000000ff",
            ])
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("a WebSocket's handshake keeps its upgrade, other upgrades do not")
    func upgrade() throws {
        let head = try accepted("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n")
        #expect(head.wantsWebSocket)
        #expect(forwarded(head).hasSuffix("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
        #expect(try !accepted("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n").wantsWebSocket)
    }

    // MARK: - Private

    private func forwarded(_ head: RequestHead) -> String {
        var output = ByteBuffer()
        head.write(forwarded: ForwardedHeaders(client: nil, isSecure: true), requestID: RequestID(255), to: &output)
        return String(buffer: output)
    }

    private func accepted(_ text: String) throws -> RequestHead {
        let result = parse(text)
        try #require(result.status == nil)
        return result.head
    }

    private func parse(_ text: String) -> (head: RequestHead, status: Int?) {
        var buffer = ByteBuffer(string: text)
        return parse(&buffer)
    }

    private func parse(_ buffer: inout ByteBuffer) -> (head: RequestHead, status: Int?) {
        var parser = RequestHeadParser(limits: .init())
        var head = RequestHead()
        switch parser.parse(&buffer, into: &head) {
        case .complete: return (head, nil)
        case .needsMore: return (head, 0)
        case .rejected(let rejection): return (head, rejection.status)
        }
    }

    private func parseByteByByte(_ text: String) -> (head: RequestHead, status: Int?) {
        var parser = RequestHeadParser(limits: .init())
        var head = RequestHead()
        var buffer = ByteBuffer()
        for byte in text.utf8 {
            buffer.writeInteger(byte)
            switch parser.parse(&buffer, into: &head) {
            case .complete: return (head, nil)
            case .needsMore: continue
            case .rejected(let rejection): return (head, rejection.status)
            }
        }
        return (head, 0)
    }
}
