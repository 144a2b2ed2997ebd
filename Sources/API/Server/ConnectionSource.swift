import Hummingbird
package import Logging
package import NIOCore

/// What a request's context is made from: the connection that it came by.
package struct ConnectionSource: RequestContextSource {
    package let logger: Logger
    package let door: Door
    /// Nil in tests without a socket.
    package let channel: (any Channel)?
    /// There only for the first request of a connection that asks to become a WebSocket.
    package let upgrade: WebSocketOffer?

    package init(logger: Logger, door: Door, channel: (any Channel)? = nil, upgrade: WebSocketOffer? = nil) {
        self.logger = logger
        self.door = door
        self.channel = channel
        self.upgrade = upgrade
    }
}
