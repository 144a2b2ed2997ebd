import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One kind of connection for HTTP/1.1 and WebSockets.
///
/// NIO's own upgrade decides before there is an answer. Here, the first request of a connection is held and the same
/// responder asked with all its policies: if the handler accepts, the connection becomes a WebSocket; if not, the
/// request is replayed as HTTP and gets the answer that was made for it. A later request cannot upgrade any more (426).
struct UpgradeGate<Responder: HTTPResponder<APIContext>>: ServerChildChannel {

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let door: Door
        let first: EventLoopFuture<FirstRequest>
        let handler: NIOLoopBound<FirstRequestHandler>
    }

    let responder: Responder
    let doorkeeper: Doorkeeper
    let logger: Logger

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = 16 * 1024
            limits.maxHeaderListSize = 32 * 1024
            limits.maxHeaderFieldCount = 100
            let pipeline = channel.pipeline.syncOperations
            let first = channel.eventLoop.makePromise(of: FirstRequest.self)
            let handler = FirstRequestHandler(first: first, logger: logger)
            try pipeline.addHandlers([
                HTTPResponseEncoder(),
                ByteToMessageHandler(
                    HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)),
                HTTP1ToHTTPServerCodec(secure: false), handler,
            ])
            return Value(
                channel: channel, door: doorkeeper.door(of: channel), first: first.futureResult,
                handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
    }

    func handle(value: Value, logger: Logger) async {
        let http = HTTPConversation(responder: responder, door: value.door, logger: logger)
        do {
            let first = try await withTaskCancellationHandler {
                try await value.first.get()
            } onCancel: {
                value.channel.close(promise: nil)
            }
            switch first {
            case .http(let parts): await http.run(parts)
            case .upgrade(let head): try await decide(head, on: value, with: http)
            }
        } catch {
            logger.trace("A connection ended", metadata: ["error": "\(error)"])
            value.channel.close(promise: nil)
        }
    }

    // MARK: - Private

    private func decide(_ head: HTTPRequest, on value: Value, with http: HTTPConversation<Responder>) async throws {
        let offer = WebSocketOffer()
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let source = ConnectionSource(logger: logger, door: value.door, channel: value.channel, upgrade: offer)
        let response = await http.answer(request, from: source)
        let handler = value.handler
        let loop = value.channel.eventLoop
        guard let webSocket = offer.handler, response.status == .switchingProtocols else {
            let parts = try await loop.submit { try handler.value.replay() }.get()
            return await http.run(parts, firstAnswer: response)
        }
        let frames = try await loop.submit {
            try handler.value.becomeWebSocket(response.headers, frameLimit: UpgradeLimits.frame)
        }.get()
        await WebSocketSession(channel: frames, handler: webSocket, logger: logger).run()
    }
}

enum UpgradeLimits {
    /// Bytes of a WebSocket's frame.
    static let frame = 64 * 1024
    /// How long a connection may be quiet between two requests.
    static let idleTimeout = Duration.seconds(120)
}
