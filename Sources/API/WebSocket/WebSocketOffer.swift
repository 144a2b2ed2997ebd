import Synchronization

package typealias WebSocketHandler = @Sendable (WebSocketConnection) async throws -> Void

/// A connection's readiness to become a WebSocket: a handler that accepts leaves here what is to run on it.
package final class WebSocketOffer: Sendable {
    private let accepted = Mutex<WebSocketHandler?>(nil)

    package init() {}

    package func accept(_ handler: @escaping WebSocketHandler) {
        accepted.withLock { $0 = handler }
    }

    package var handler: WebSocketHandler? { accepted.withLock { $0 } }
}
