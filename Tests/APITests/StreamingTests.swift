import Core
import NIOCore
import NIOWebSocket
import Testing

@testable import API

@Suite("Events and frames")
struct StreamingTests {
    private static func text(_ event: ServerSentEvent) -> String { String(buffer: event.bytes) }

    @Test("an event is written field by field, its data line by line")
    func events() {
        #expect(Self.text(ServerSentEvent(data: "x")) == "data: x\n\n")
        #expect(
            Self.text(ServerSentEvent(event: "log", id: "7", data: "a\nb")) == "event: log\nid: 7\ndata: a\ndata: b\n\n"
        )
        #expect(Self.text(ServerSentEvent(data: "")) == "data: \n\n")
    }

    @Test("no text can make an event that was not sent")
    func eventInjection() {
        let event = ServerSentEvent(event: "a\r\ndata: x", id: "1\n\nevent: y\0", data: "a\rid: 9\r\n\r\nevent: z")
        #expect(
            Self.text(event)
                == "event: adata: x\nid: 1event: y\ndata: a\ndata: id: 9\ndata: \ndata: \ndata: \ndata: event: z\n\n")
    }

    private func frame(_ opcode: WebSocketOpcode, _ text: String, fin: Bool = true) -> WebSocketFrame {
        let key: WebSocketMaskingKey = [1, 2, 3, 4]
        var data = ByteBuffer(string: text)
        data.webSocketMask(key)
        return WebSocketFrame(fin: fin, opcode: opcode, maskKey: key, data: data)
    }

    @Test("fragments become one message, with control frames in between")
    func fragments() {
        var state = WebSocketState()
        #expect(state.receive(frame(.text, "a", fin: false)) == .nothing)
        #expect(state.receive(frame(.ping, "p")) == .send(.pong, ByteBuffer(string: "p")))
        #expect(state.receive(frame(.continuation, "b", fin: false)) == .nothing)
        #expect(state.receive(frame(.pong, "")) == .nothing)
        #expect(state.receive(frame(.continuation, "c")) == .deliver("abc"))
        #expect(state.receive(frame(.text, "d")) == .deliver("d"))
    }

    @Test("a message of many fragments is bounded like one of one")
    func messageLimit() {
        var state = WebSocketState(messageLimit: 10)
        #expect(state.receive(frame(.text, "123456", fin: false)) == .nothing)
        #expect(state.receive(frame(.continuation, "78901", fin: false)) == .end(reply: ByteBuffer(bytes: [3, 241])))
    }

    @Test("a text within a text is refused")
    func interleaved() {
        var state = WebSocketState()
        #expect(state.receive(frame(.text, "a", fin: false)) == .nothing)
        #expect(state.receive(frame(.text, "b")) == .end(reply: ByteBuffer(bytes: [3, 234])))
    }

    @Test("a close is answered with its own code, once")
    func close() {
        var state = WebSocketState()
        #expect(state.receive(frame(.connectionClose, "\u{3}\u{e8}")) != .nothing)
        var fresh = WebSocketState()
        #expect(fresh.receive(frame(.connectionClose, "")) == .end(reply: ByteBuffer(bytes: [3, 232])))
        var closing = WebSocketState()
        #expect(closing.close(.goingAway) == ByteBuffer(bytes: [3, 233]))
        #expect(closing.close(.normalClosure) == nil)
        #expect(closing.receive(frame(.connectionClose, "")) == .end(reply: nil))
    }
}
