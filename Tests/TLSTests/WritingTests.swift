import NIOCore
import NIOEmbedded
import TLS
import Testing

@Suite("Writing through TLS")
struct WritingTests {
    private func connected(_ record: Record = Record()) throws -> (EmbeddedChannel, MemoryClient) {
        let channel = EmbeddedChannel(handlers: [
            TLSServerHandler(selector: try FixedSelector()), Application(record: record) { _, _ in },
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let client = try MemoryClient(channel)
        try client.handshake()
        return (channel, client)
    }

    @Test("many small writes leave at the flush, as one record in one write")
    func coalesces() throws {
        let (channel, client) = try connected()
        for number in 0..<100 { channel.write(ByteBuffer(string: "\(number),"), promise: nil) }
        let early = try channel.readOutbound(as: ByteBuffer.self)
        #expect(early == nil)
        channel.flush()
        let ciphertext = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(recordLengths(ciphertext).count == 1)
        #expect(client.receive(ciphertext) == (0..<100).map { "\($0)," }.joined())
        let more = try channel.readOutbound(as: ByteBuffer.self)
        #expect(more == nil)
        _ = try channel.finish()
    }

    @Test("64 KB of ciphertext at most go into one write, in a buffer of that size")
    func pieces() throws {
        let (channel, client) = try connected()
        channel.writeAndFlush(ByteBuffer(repeating: 65, count: 1 << 20), promise: nil)
        var received = 0
        while let ciphertext = try channel.readOutbound(as: ByteBuffer.self) {
            #expect(ciphertext.storageCapacity <= 65_536)
            received += client.receive(ciphertext).utf8.count
        }
        #expect(received == 1 << 20)
        _ = try channel.finish()
    }

    @Test("nothing is encrypted while the channel is not writable, and all of it afterwards")
    func waits() throws {
        let (channel, client) = try connected()
        channel.isWritable = false
        let written = channel.writeAndFlush(ByteBuffer(string: "patience"))
        let early = try channel.readOutbound(as: ByteBuffer.self)
        #expect(early == nil)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        let ciphertext = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(client.receive(ciphertext) == "patience")
        try written.wait()
        _ = try channel.finish()
    }

    @Test("closing while the channel is not writable fails what waits and sends no close_notify")
    func cutOff() throws {
        let (channel, _) = try connected()
        channel.isWritable = false
        let written = channel.writeAndFlush(ByteBuffer(string: "lost"))
        channel.close(promise: nil)
        #expect(throws: ChannelError.ioOnClosedChannel) { try written.wait() }
        let sent = try channel.readOutbound(as: ByteBuffer.self)
        #expect(sent == nil)
        #expect(!channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("writing without a flush reaches the channel before it grows without bound")
    func unflushed() throws {
        let (channel, client) = try connected()
        for _ in 0..<16 { channel.write(ByteBuffer(repeating: 66, count: 16_384), promise: nil) }
        channel.flush()
        var received = 0
        var writes = 0
        while let ciphertext = try channel.readOutbound(as: ByteBuffer.self) {
            writes += 1
            received += client.receive(ciphertext).utf8.count
        }
        #expect(received == 16 * 16_384)
        #expect(writes >= 4)
        _ = try channel.finish()
    }

    @Test("new keys that the client asks for come before the next write")
    func keyUpdate() throws {
        let record = Record()
        let (channel, client) = try connected(record)
        try client.requestKeyUpdate()
        try client.send("still here")
        #expect(record.received == "still here")
        channel.writeAndFlush(ByteBuffer(string: "so am I"), promise: nil)
        var answer = ByteBuffer()
        while var ciphertext = try channel.readOutbound(as: ByteBuffer.self) { answer.writeBuffer(&ciphertext) }
        #expect(recordLengths(answer).count == 2)
        #expect(client.receive(answer) == "so am I")
        _ = try channel.finish()
    }

    @Test("a client that makes us answer without reading is closed")
    func controlFlood() throws {
        let record = Record()
        let (channel, client) = try connected(record)
        channel.isWritable = false
        for _ in 0..<10_000 where channel.isActive { try client.requestKeyUpdate() }
        #expect(!channel.isActive)
        #expect(record.errors == [.controlFlood])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
