import FoundationEssentials
import NIOCore
import NIOEmbedded
import TLS
import Testing

@Suite("Bytes that are no TLS")
struct HostileBytesTests {
    @Test("random bytes end in one error and a closed connection, or wait for more")
    func garbage() throws {
        let selector = try FixedSelector()
        var random = SystemRandomNumberGenerator()
        for length in 1...400 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            expectSurvival(of: bytes, selector)
        }
    }

    @Test("a true ClientHello with any byte changed never traps")
    func mutations() async throws {
        let selector = try FixedSelector(others: ["shop.example.com"])
        let hello = try await clientHello()
        #expect(hello.count > 100)
        for position in hello.indices {
            var changed = hello
            changed[position] ^= UInt8.random(in: 1...255)
            expectSurvival(of: changed, selector)
            expectSurvival(of: Array(hello.prefix(position)), selector)
        }
    }

    @Test("a ClientHello that trickles in byte by byte is answered")
    func trickle() async throws {
        // An embedded channel stays on the thread that made it: no await from here on.
        let hello = try await clientHello()
        try trickle(hello)
    }

    private func trickle(_ hello: [UInt8]) throws {
        let record = Record()
        let channel = try makeChannel(FixedSelector(), record)
        for byte in hello {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
        }
        let answer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(answer.getInteger(at: 0, as: UInt8.self) == 22)
        #expect(record.entries.isEmpty)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a silent client is closed when its time is up, and not before")
    func timeout() throws {
        let record = Record()
        let channel = try makeChannel(FixedSelector(), record)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(record.entries == [.error(.handshakeTimedOut), .inactive])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a plain HTTP client that is not answered is closed when its time is up")
    func unansweredHTTP() throws {
        let record = Record()
        let channel = try makeChannel(FixedSelector(), record)
        try channel.writeInbound(ByteBuffer(string: "POST / HTTP/1.1\r\n\r\n"))
        try channel.writeInbound(ByteBuffer(string: "more"))
        #expect(record.entries == [.error(.plainHTTP)])
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a write before the handshake fails when there will be none")
    func pendingWrite() throws {
        let channel = try makeChannel(FixedSelector(), Record())
        let written = channel.writeAndFlush(ByteBuffer(string: "early"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(throws: TLSError.handshakeTimedOut) { try written.wait() }
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    // MARK: - Private

    private func makeChannel(_ selector: FixedSelector, _ record: Record) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handlers: [
            TLSServerHandler(selector: selector), Application(record: record) { _, _ in },
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func expectSurvival(of bytes: [UInt8], _ selector: FixedSelector) {
        let record = Record()
        do {
            let channel = try makeChannel(selector, record)
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            // What has not failed by now fails when the client leaves.
            channel.pipeline.fireChannelInactive()
            _ = try channel.finish(acceptAlreadyClosed: true)
        } catch {
            Issue.record(error)
        }
        #expect(record.errors.count == 1)
        #expect(record.received == "")
    }

    private func clientHello() async throws -> [UInt8] {
        let hex = try await python(
            """
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            c = context()
            c.set_alpn_protocols(["h2", "http/1.1"])
            try: c.wrap_bio(incoming, outgoing, server_hostname="shop.example.com").do_handshake()
            except ssl.SSLWantReadError: print(" ".join(str(b) for b in outgoing.read()))
            """, port: 0)
        return hex.split(separator: " ").compactMap { UInt8($0) }
    }
}
