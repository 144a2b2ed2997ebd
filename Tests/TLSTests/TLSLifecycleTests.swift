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
        expect(lifecycle.begin(), is: true)
        expect(lifecycle.begin(), is: false)
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
        expect(lifecycle.fail(.handshakeTimedOut), is: true)
        expect(lifecycle.fail(.closedInHandshake), is: false)
        expect(lifecycle.endTransport(), is: nil)
    }

    @Test("lets plain text pass after a plain HTTP request")
    func refuses() {
        var lifecycle = TLSLifecycle()
        _ = lifecycle.begin()
        expect(lifecycle.fail(.plainHTTP), is: true)
        #expect(lifecycle.phase == .refused)
        expect(lifecycle.close(), is: .closeTransport)
    }

    @Test("the end of the transport is a truncation unless close_notify came before")
    func truncation() {
        var cut = opened()
        expect(cut.endTransport(), is: .truncated)
        var orderly = opened()
        expect(orderly.receiveCloseNotify(mayHalfClose: true), is: .announce)
        expect(orderly.endTransport(), is: nil)
        var early = TLSLifecycle()
        _ = early.begin()
        expect(early.endTransport(), is: .closedInHandshake)
    }

    @Test("the end of the transport's input is announced once, as a truncation without close_notify")
    func inputEnd() {
        var cut = opened()
        expect(cut.endTransportInput(), is: .announceTruncation)
        expect(cut.endTransportInput(), is: .ignore)
        #expect(cut.isSending)
        expect(cut.endTransport(), is: nil)
        var orderly = opened()
        expect(orderly.receiveCloseNotify(mayHalfClose: true), is: .announce)
        expect(orderly.endTransportInput(), is: .ignore)
        var early = TLSLifecycle()
        _ = early.begin()
        expect(early.endTransportInput(), is: .fail(.closedInHandshake))
    }

    @Test("close_notify closes where half-closure is not allowed")
    func closeNotifyCloses() {
        var lifecycle = opened()
        expect(lifecycle.receiveCloseNotify(mayHalfClose: false), is: .close)
        expect(lifecycle.receiveCloseNotify(mayHalfClose: false), is: .ignore)
    }

    @Test("an error of the transport is not followed by a truncation")
    func transportError() {
        var lifecycle = opened()
        lifecycle.transportFailed()
        expect(lifecycle.endTransport(), is: nil)
    }

    @Test("the first close sends close_notify, the second does not wait for it")
    func closes() {
        var lifecycle = opened()
        expect(lifecycle.close(), is: .sendCloseNotify)
        #expect(!lifecycle.acceptsWrites)
        expect(lifecycle.close(), is: .closeTransport)
        var unready = TLSLifecycle()
        _ = unready.begin()
        expect(unready.close(), is: .closeTransport)
    }

    @Test("closing the output takes no more writes but sends those it has, and close_notify once")
    func closesOutput() {
        var lifecycle = opened()
        expect(lifecycle.beginClosingOutput(), is: true)
        expect(lifecycle.beginClosingOutput(), is: false)
        #expect(!lifecycle.acceptsWrites)
        #expect(lifecycle.isSending)
        expect(lifecycle.finishClosingOutput(), is: true)
        expect(lifecycle.finishClosingOutput(), is: false)
        #expect(!lifecycle.isSending)
        #expect(lifecycle.isReceiving)
        expect(lifecycle.close(), is: .closeTransport)
    }
}
