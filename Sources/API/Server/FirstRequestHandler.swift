import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

typealias HTTPParts = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// The first thing that a connection turns out to be.
enum FirstRequest: Sendable {
    case http(HTTPParts)
    /// A complete request to become a WebSocket; nothing is read until it is decided.
    case upgrade(HTTPRequest)
}

/// Holds the first request of a connection until it is known what it is; then becomes HTTP or a WebSocket, and leaves
/// the pipeline.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private enum State {
        case waiting
        case holding(HTTPRequest)
        /// The promise is kept; `held` is what is to be replayed if this stays HTTP.
        case decided(held: HTTPRequest?)
    }

    private let first: EventLoopPromise<FirstRequest>
    private let logger: Logger
    private var state = State.waiting
    private var context: ChannelHandlerContext?
    private var patience: Scheduled<Void>?

    init(first: EventLoopPromise<FirstRequest>, logger: Logger) {
        self.first = first
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        patience = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(UpgradeLimits.idleTimeout)) {
            if case .decided = self.state { return }
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        patience?.cancel()
        if case .decided = state { return }
        first.fail(ChannelError.eof)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.waiting, .head(let head)):
            if WebSocketHandshake.isAsked(by: head) {
                state = .holding(head)
            } else {
                decide { try becomeHTTP(replaying: [.head(head)]) }
            }
        case (.holding(let head), .end):
            state = .decided(held: head)
            // What follows is not HTTP any more if the upgrade is granted, so it stays in the socket until then.
            context.channel.setOption(.autoRead, value: false).whenComplete { [first] _ in first.succeed(.upgrade(head))
            }
        case (.holding(let head), let part):
            decide { try becomeHTTP(replaying: [.head(head), part]) }
        default:
            context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .decided = state { return context.fireErrorCaught(error) }
        decide { try becomeHTTP(replaying: [], error: error) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .decided = state {} else { first.fail(ChannelError.eof) }
        state = .decided(held: nil)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch state {
        case .waiting where event is ChannelShouldQuiesceEvent: context.close(promise: nil)
        case .waiting, .holding: if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        case .decided: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// The upgrade was refused: what was held goes on as HTTP.
    func replay() throws -> HTTPParts {
        guard case .decided(let held?) = state, let context else { throw ChannelError.alreadyClosed }
        let parts = try becomeHTTP(replaying: [.head(held), .end(nil)])
        context.channel.setOption(.autoRead, value: true).whenComplete { _ in }
        return parts
    }

    /// The upgrade was granted: says so, and puts frames in the place of HTTP.
    func becomeWebSocket(_ answer: HTTPFields, frameLimit: Int) throws -> WebSocketSession.Frames {
        guard case .decided(.some) = state, let context else { throw ChannelError.alreadyClosed }
        let pipeline = context.pipeline.syncOperations
        let head = HTTPResponse(status: .switchingProtocols, headerFields: answer)
        context.write(NIOAny(HTTPResponsePart.head(head)), promise: nil)
        context.writeAndFlush(NIOAny(HTTPResponsePart.end(nil)), promise: nil)

        try pipeline.addHandlers([
            WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: frameLimit)),
            WebSocketProtocolErrorHandler(),
        ])
        let frames = try WebSocketSession.Frames(wrappingChannelSynchronously: context.channel)
        let channel = context.channel
        // The decoder goes last: as it leaves, it hands on the bytes that came behind the request.
        let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
        let encoder = try pipeline.handler(type: HTTPResponseEncoder.self)
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        pipeline.removeHandler(self, promise: nil)
        pipeline.removeHandler(codec, promise: nil)
        pipeline.removeHandler(encoder, promise: nil)
        pipeline.removeHandler(decoder).whenComplete { _ in
            channel.pipeline.fireChannelReadComplete()
            channel.setOption(.autoRead, value: true).whenComplete { _ in }
        }
        return frames
    }

    // MARK: - Private

    private func decide(_ becoming: () throws -> HTTPParts) {
        state = .decided(held: nil)
        do {
            first.succeed(.http(try becoming()))
        } catch {
            first.fail(error)
            context?.close(promise: nil)
        }
    }

    private func becomeHTTP(replaying parts: [HTTPRequestPart], error: (any Error)? = nil) throws -> HTTPParts {
        guard let context else { throw ChannelError.alreadyClosed }
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandlers([
            LastResponseHandler(),
            HTTPConnectionStateHandler(idleTimeout: UpgradeLimits.idleTimeout, logger: logger),
        ])
        let http = try HTTPParts(
            wrappingChannelSynchronously: context.channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
        context.fireChannelReadComplete()
        if let error { context.fireErrorCaught(error) }
        pipeline.removeHandler(self, promise: nil)
        return http
    }
}
