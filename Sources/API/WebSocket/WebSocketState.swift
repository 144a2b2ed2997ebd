import NIOCore
import NIOWebSocket

/// One end of a WebSocket (RFC 6455 section 5) without I/O: frames go in, actions come out.
struct WebSocketState {
    enum Action: Equatable {
        case deliver(String)
        case send(WebSocketOpcode, ByteBuffer)
        /// The connection is over: answer with this close frame, if there is one, and close.
        case end(reply: ByteBuffer?)
        case nothing
    }

    private let messageLimit: Int
    private var fragments: ByteBuffer?
    private(set) var sentClose = false

    init(messageLimit: Int = 64 * 1024) {
        self.messageLimit = messageLimit
    }

    mutating func receive(_ frame: WebSocketFrame) -> Action {
        guard frame.maskKey != nil else { return fail(.protocolError) }  // section 5.1
        guard frame.reservedBits.isEmpty else { return fail(.protocolError) }
        if frame.opcode.isControlOpcode { return control(frame) }
        switch frame.opcode {
        case .text where fragments == nil: return gather(frame, into: ByteBuffer())
        case .continuation:
            guard let fragments else { return fail(.protocolError) }
            return gather(frame, into: fragments)
        case .binary: return fail(.unacceptableData)
        default: return fail(.protocolError)
        }
    }

    /// - Returns: the close frame's data; nil when it was sent before.
    mutating func close(_ code: WebSocketErrorCode) -> ByteBuffer? {
        guard !sentClose else { return nil }
        sentClose = true
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        return data
    }

    // MARK: - Private

    private mutating func control(_ frame: WebSocketFrame) -> Action {
        guard frame.fin, frame.length <= 125 else { return fail(.protocolError) }  // section 5.5
        switch frame.opcode {
        case .ping: return .send(.pong, frame.unmaskedData)
        case .pong: return .nothing
        case .connectionClose: return answerClose(frame.unmaskedData)
        default: return fail(.protocolError)
        }
    }

    private mutating func answerClose(_ data: ByteBuffer) -> Action {
        var data = data
        guard data.readableBytes > 0 else { return .end(reply: close(.normalClosure)) }
        guard let number = data.readInteger(as: UInt16.self), Self.mayBeSent(number),
            String(validating: data.readableBytesView, as: UTF8.self) != nil
        else { return fail(.protocolError) }
        return .end(reply: close(WebSocketErrorCode(codeNumber: Int(number))))
    }

    private mutating func gather(_ frame: WebSocketFrame, into earlier: ByteBuffer) -> Action {
        var message = earlier
        var data = frame.unmaskedData
        guard message.readableBytes + data.readableBytes <= messageLimit else { return fail(.messageTooLarge) }
        message.writeBuffer(&data)
        guard frame.fin else {
            fragments = message
            return .nothing
        }
        fragments = nil
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else {
            return fail(.dataInconsistentWithMessage)
        }
        return .deliver(text)
    }

    private mutating func fail(_ code: WebSocketErrorCode) -> Action { .end(reply: close(code)) }

    /// Section 7.4: codes that a peer may put into a frame.
    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1011, 3000...4999: true
        default: false
        }
    }
}
