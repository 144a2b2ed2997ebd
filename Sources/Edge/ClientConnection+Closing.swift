import Glibc
import NIOCore

extension ClientConnection {
    /// Ends the connection now.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        expect(within: nil)
        inbound = ByteBuffer()
        unsentHead = nil
        transfer?.cancel()
        transfer = nil
        endExchange()
        context?.close(promise: nil)
    }

    /// Ends the connection when everything that was written is on its way.
    func closeAfterFlush() {
        guard phase != .closed, let context else { return }
        endExchange()
        phase = .closing
        expect(within: timeouts.stalledWrite)
        sendUnsentHead()
        let bound = NIOLoopBound(self, eventLoop: worker.loop)
        let promise = worker.loop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in bound.value.close() }
        flush()
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    /// Ends the connection as soon as the client has had the time to read the answer it did not wait for.
    func linger() {
        endExchange()
        phase = .lingering
        inbound = ByteBuffer()
        expect(within: timeouts.linger)
        sendUnsentHead()
        flush()
        if !isSecure { context?.close(mode: .output, promise: nil) }
        resumeReads()
    }

    /// The connection's end will be a reset, for recipients to whom an orderly end says that all is there.
    func resetOnClose() {
        guard !isSecure, let options = context?.channel as? any SocketOptionProvider else { return }
        options.setSoLinger(Glibc.linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenFailure { _ in
            // A peer that is gone needs no reset.
        }
    }

    func quiesce() {
        if phase == .head, inbound.readableBytes == 0 { close() } else { keepsAlive = false }
    }

    /// Whoever closes does not wait for an answer any more; only in a tunnel may one side be silent and listen.
    func inputEnded() {
        isInputClosed = true
        switch phase {
        case .closing, .closed: break
        case .tunnel:
            if let upstream = exchange?.upstream { upstream.closeOutput() } else { close() }
        case .head, .connecting, .exchange, .file, .lingering: close()
        }
    }

    func expired() {
        switch phase {
        case .head where isReadingHead:
            request = RequestTraits()
            request.id = worker.requestIDs.next()
            answer(.timedOut)
        case .exchange where exchange?.hasResponse == false:
            if body.isComplete || exchange?.upstream?.isWritable == false {
                exchange?.upstream?.close()
                upstreamFailed(.timedOut)
            } else {
                answer(.timedOut)
            }
        case .head, .connecting, .exchange, .file, .tunnel, .closing, .lingering, .closed: close()
        }
        flush()
    }
}
