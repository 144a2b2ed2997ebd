import NIOCore
import NIOWebSocket

/// An open WebSocket in the hands of its handler. When the handler returns, it is closed (1000); when the other end
/// closes it, or the server stops, the handler is cancelled.
package struct WebSocketConnection: Sendable {
    /// Text messages from the other end, which ends with the connection. Pings are answered by themselves.
    package let messages: AsyncStream<String>
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    init(messages: AsyncStream<String>, outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>) {
        self.messages = messages
        self.outbound = outbound
    }

    /// Sends one text message; waits while the other end does not read.
    /// - Throws: when the connection is gone or the task is cancelled.
    package func send(_ text: String) async throws {
        try await outbound.write(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
    }
}
