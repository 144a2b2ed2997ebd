import Logging
import NIOCore
import NIOWebSocket
import ServiceLifecycle

/// Runs one WebSocket from the answer 101 to its end.
struct WebSocketSession {
    typealias Frames = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// Messages that may wait for a handler that does not read.
    private static let inboxSize = 64
    private static let pingInterval = Duration.seconds(20)
    private static let closeTimeout = Duration.seconds(5)

    let channel: Frames
    let handler: WebSocketHandler
    let logger: Logger

    /// Returns when the connection is closed.
    func run() async {
        do {
            try await channel.executeThenClose { inbound, outbound in
                await converse(inbound, outbound)
            }
        } catch {
            logger.debug("A WebSocket ended", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Private

    private enum Ending {
        case peer
        case handler(WebSocketErrorCode)
        case lost
    }

    private func converse(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async {
        await withTaskGroup(of: Ending.self) { group in
            let (messages, inbox) = AsyncStream.makeStream(
                of: String.self, bufferingPolicy: .bufferingOldest(Self.inboxSize))
            let session = SessionState()
            group.addTask { await Self.read(inbound, outbound, session, inbox) }
            group.addTask { await Self.ping(outbound) }
            group.addTask { await serve(WebSocketConnection(messages: messages, outbound: outbound)) }
            let ending = await group.next() ?? .lost
            if case .handler(let code) = ending, let data = session.close(code) {
                await Self.sendClose(data, outbound)
                // The reader is the task that sees the answer; the pings and this clock bound the wait.
                group.addTask {
                    try? await Task.sleep(for: Self.closeTimeout)  // cancelled when the answer comes first
                    return .lost
                }
                _ = await group.next()
            }
            group.cancelAll()
        }
    }

    private func serve(_ connection: WebSocketConnection) async -> Ending {
        await withTaskGroup(of: WebSocketErrorCode.self) { group in
            group.addTask {
                do {
                    try await handler(connection)
                    return .normalClosure
                } catch is CancellationError {
                    return .goingAway
                } catch {
                    logger.warning("A WebSocket's handler failed", metadata: ["error": "\(error)"])
                    return .unexpectedServerError
                }
            }
            group.addTask {
                // Returns when the server stops; throws when the handler is done first, which is no news.
                try? await gracefulShutdown()
                return .goingAway
            }
            let code = await group.next() ?? .normalClosure
            group.cancelAll()
            return .handler(code)
        }
    }

    private static func read(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ session: SessionState,
        _ inbox: AsyncStream<String>.Continuation
    ) async -> Ending {
        defer { inbox.finish() }
        do {
            for try await frame in inbound {
                switch session.receive(frame) {
                case .nothing: break
                case .send(let opcode, let data):
                    try await outbound.write(WebSocketFrame(fin: true, opcode: opcode, data: data))
                case .deliver(let text):
                    guard case .dropped = inbox.yield(text) else { break }
                    if let data = session.close(.policyViolation) { await sendClose(data, outbound) }
                    return .peer
                case .end(let reply):
                    if let reply { await sendClose(reply, outbound) }
                    return .peer
                }
            }
        } catch {
            return .lost  // the decoder has answered a broken frame, or the peer is gone
        }
        return .peer
    }

    /// Keeps the proxies on the way from taking a quiet connection for a dead one.
    private static func ping(_ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>) async -> Ending {
        while true {
            do {
                try await Task.sleep(for: pingInterval)
                try await outbound.write(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()))
            } catch {
                return .lost
            }
        }
    }

    private static func sendClose(
        _ data: ByteBuffer, _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async {
        // A peer that is gone already does not need to be told.
        try? await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    }
}
