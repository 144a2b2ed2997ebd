import NIOCore
import NIOPosix

/// The other end of one of our sockets, byte for byte.
final class SocketClient {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var received: [UInt8] = []

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Runs `body` with a connection, which is closed behind it.
    static func connect<Value: Sendable>(
        _ path: String, _ body: (SocketClient) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(SocketClient(inbound, outbound))
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Reads on until the text is there, and takes everything up to its end.
    func read(until text: String) async throws -> String {
        while true {
            if let range = received.firstRange(of: Array(text.utf8)) {
                defer { received.removeSubrange(..<range.upperBound) }
                return String(decoding: received[..<range.upperBound], as: UTF8.self)
            }
            guard try await readMore() else { throw Ended(received: String(decoding: received, as: UTF8.self)) }
        }
    }

    func read(_ count: Int) async throws -> [UInt8] {
        while received.count < count {
            guard try await readMore() else { throw Ended(received: String(decoding: received, as: UTF8.self)) }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    /// Reads a whole answer with a Content-Length.
    func readAnswer() async throws -> String {
        let head = try await read(until: "\r\n\r\n")
        let length = head.lowercased().firstMatch(of: #/content-length: *([0-9]+)/#).flatMap { Int($0.1) } ?? 0
        return head + String(decoding: try await read(length), as: UTF8.self)
    }

    /// Reads to the end of the connection.
    func readToEnd() async throws -> [UInt8] {
        while try await readMore() {}
        return received
    }

    // MARK: - Frames

    static let handshake =
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    /// A frame as a client sends it (RFC 6455 section 5.2): masked, unless told otherwise.
    static func frame(_ opcode: UInt8, _ data: [UInt8], isLast: Bool = true, isMasked: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [1, 2, 3, 4]
        var frame: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        switch data.count {
        case ..<126: frame.append(maskBit | UInt8(data.count))
        case ..<65536: frame += [maskBit | 126, UInt8(data.count >> 8), UInt8(data.count & 255)]
        default: frame += [maskBit | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: data.count >> ($0 * 8)) }
        }
        guard isMasked else { return frame + data }
        return frame + mask + data.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    static func frame(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

    func readFrame() async throws -> (opcode: UInt8, data: [UInt8]) {
        let head = try await read(2)
        var length = Int(head[1] & 0x7f)
        if length == 126 { length = try await read(2).reduce(0) { $0 << 8 | Int($1) } }
        return (head[0] & 0x0f, try await read(length))
    }

    // MARK: - Private

    struct Ended: Error { let received: String }

    private func readMore() async throws -> Bool {
        guard let bytes = try await inbound.next() else { return false }
        received += Array(bytes.readableBytesView)
        return true
    }
}
