import NIOCore
import NIOHTTP1

/// Collects a request, asks the script, writes the answer.
final class ScriptedConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private static let keptBodyBytes = 1 << 20
    private let script: ScriptedServer.Script
    private let requests: Recorder
    private let gate: BodyGate
    private let bodies: ScriptedServer.BodyReading
    private var request: ScriptedRequest?

    init(
        script: @escaping ScriptedServer.Script, requests: Recorder, gate: BodyGate, bodies: ScriptedServer.BodyReading
    ) {
        self.bodies = bodies
        self.script = script
        self.requests = requests
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = ScriptedRequest(
                method: head.method.rawValue, target: head.uri,
                headers: head.headers.map { (name: $0.name, value: $0.value) })
            guard head.headers.contains(name: "Content-Length"), gate.holds(context.channel) else { return }
            // Data that was read together with the head still comes.
            try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            if bodies == .never { finish(context) }
        case .body(let bytes):
            request?.bodyBytes += bytes.readableBytes
            let room = Self.keptBodyBytes - (request?.body.count ?? 0)
            request?.body.append(contentsOf: bytes.readableBytesView.prefix(max(0, room)))
        case .end:
            finish(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: - Private

    private func finish(_ context: ChannelHandlerContext) {
        guard let request else { return }
        self.request = nil
        requests.add(request)
        write(script(request), context: context)
    }

    private func write(_ answer: ScriptedAnswer, context: ChannelHandlerContext) {
        var head = "HTTP/1.1 \(answer.status) Scripted\r\n"
        for header in answer.headers { head += "\(header.name): \(header.value)\r\n" }
        if answer.status != 204 { head += "Transfer-Encoding: chunked\r\n" }
        send(Array("\(head)\r\n".utf8), context: context)
        guard answer.status != 204 else { return }
        for piece in answer.pieces where !piece.isEmpty {
            send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8), context: context)
        }
        switch answer.ending {
        case .complete: send(Array("0\r\n\r\n".utf8), context: context)
        case .cut: context.close(promise: nil)
        case .open: break
        }
    }

    private func send(_ bytes: [UInt8], context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}
