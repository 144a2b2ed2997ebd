import NIOCore
import NIOWebSocket
import Synchronization

/// A WebSocket's state, shared by the task that reads and the one that ends it.
final class SessionState: Sendable {
    private let state = Mutex(WebSocketState())

    func receive(_ frame: WebSocketFrame) -> WebSocketState.Action {
        state.withLock { $0.receive(frame) }
    }

    func close(_ code: WebSocketErrorCode) -> ByteBuffer? {
        state.withLock { $0.close(code) }
    }
}
