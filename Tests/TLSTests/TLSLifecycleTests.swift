import Testing

@testable import TLS

@Suite("The life of a TLS connection")
struct TLSLifecycleTests {
    private func opened() -> TLSLifecycle {
        var lifecycle = TLSLifecycle()
        _ = lifecycle.begin()
        lifecycle.completeHandshake()
        return lifecycle
    }

    @Test("begins once, takes writes meanwhile, and is open after the handshake")
    func begins() {
        var lifecycle = TLSLifecycle()
        #expect(lifecycle.begin())
        #expect(!lifecycle.begin())
        #expect(lifecycle.acceptsWrites)
        #expect(!lifecycle.isSending)
        #expect(!lifecycle.isReceiving)
        lifecycle.completeHandshake()
        #expect(lifecycle.isSending)
        #expect(lifecycle.isReceiving)
    }

    @Test("reports the first error only")
    func reportsOnce() {
        var lifecycle = TLSLifecycle()
        _ = lifecycle.begin()
        #expect(lifecycle.fail(.handshakeTimedOut))
        #expect(!lifecycle.fail(.closedInHandshake))
        #expect(lifecycle.endTransport() == nil)
    }

    @Test("lets plain text pass after a plain HTTP request")
    func refuses() {
        var lifecycle = TLSLifecycle()
        _ = lifecycle.begin()
        #expect(lifecycle.fail(.plainHTTP))
        #expect(lifecycle.phase == .refused)
        #expect(lifecycle.close() == .closeTransport)
    }

    @Test("the end of the transport is a truncation unless close_notify came before")
    func truncation() {
        var cut = opened()
        #expect(cut.endTransport() == .truncated)
        var orderly = opened()
        #expect(orderly.receiveCloseNotify(mayHalfClose: true) == .announce)
        #expect(orderly.endTransport() == nil)
        var early = TLSLifecycle()
        _ = early.begin()
        #expect(early.endTransport() == .closedInHandshake)
    }

    @Test("the end of the transport's input is announced once, as a truncation without close_notify")
    func inputEnd() {
        var cut = opened()
        #expect(cut.endTransportInput() == .announceTruncation)
        #expect(cut.endTransportInput() == .ignore)
        #expect(cut.isSending)
        #expect(cut.endTransport() == nil)
        var orderly = opened()
        #expect(orderly.receiveCloseNotify(mayHalfClose: true) == .announce)
        #expect(orderly.endTransportInput() == .ignore)
        var early = TLSLifecycle()
        _ = early.begin()
        #expect(early.endTransportInput() == .fail(.closedInHandshake))
    }

    @Test("close_notify closes where half-closure is not allowed")
    func closeNotifyCloses() {
        var lifecycle = opened()
        #expect(lifecycle.receiveCloseNotify(mayHalfClose: false) == .close)
        #expect(lifecycle.receiveCloseNotify(mayHalfClose: false) == .ignore)
    }

    @Test("an error of the transport is not followed by a truncation")
    func transportError() {
        var lifecycle = opened()
        lifecycle.transportFailed()
        #expect(lifecycle.endTransport() == nil)
    }

    @Test("the first close sends close_notify, the second does not wait for it")
    func closes() {
        var lifecycle = opened()
        #expect(lifecycle.close() == .sendCloseNotify)
        #expect(!lifecycle.acceptsWrites)
        #expect(lifecycle.close() == .closeTransport)
        var unready = TLSLifecycle()
        _ = unready.begin()
        #expect(unready.close() == .closeTransport)
    }

    @Test("closing the output takes no more writes but sends those it has, and close_notify once")
    func closesOutput() {
        var lifecycle = opened()
        #expect(lifecycle.beginClosingOutput())
        #expect(!lifecycle.beginClosingOutput())
        #expect(!lifecycle.acceptsWrites)
        #expect(lifecycle.isSending)
        #expect(lifecycle.finishClosingOutput())
        #expect(!lifecycle.finishClosingOutput())
        #expect(!lifecycle.isSending)
        #expect(lifecycle.isReceiving)
        #expect(lifecycle.close() == .closeTransport)
    }
}
