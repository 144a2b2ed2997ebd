import NIOCore

/// One connection to an app, for one request after the other. It reads the app's answers and hands them to the client's
/// connection on the same loop.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case resting, head, body, tunnel, closed
    }

    private(set) var restsSince = NIODeadline.now()
    /// Whether it carried a request before the one of now: then it may just have been closed by the app.
    private(set) var isReused = false

    private let pool: UpstreamPool
    private var context: ChannelHandlerContext?
    private var client: ClientConnection?
    private var phase = Phase.resting
    private var hasServed = false
    private var method = RequestMethod.get
    private var parser: ResponseHeadParser
    private var reader = BodyReader(.none)
    private var keepsAlive = false
    private var hasAnswered = false
    private var inbound = ByteBuffer()
    private var isDirty = false
    private var hasHeldRead = false

    init(pool: UpstreamPool) {
        self.pool = pool
        parser = ResponseHeadParser(limits: pool.worker.shared.configuration.limits)
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Takes a request of this client: what is written from now on is its bytes, what comes in is its answer.
    func begin(_ client: ClientConnection, method: RequestMethod) {
        self.client = client
        self.method = method
        phase = .head
        isReused = hasServed
        hasServed = true
        hasAnswered = false
        parser = ResponseHeadParser(limits: pool.worker.shared.configuration.limits)
    }

    func write(_ buffer: ByteBuffer) {
        isDirty = true
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    func flush() {
        guard isDirty else { return }
        isDirty = false
        context?.flush()
    }

    /// Reads on when the client can take more.
    func resumeReads() {
        guard hasHeldRead else { return }
        hasHeldRead = false
        context?.read()
    }

    /// The answer and the request are complete: the next one may come.
    func rest() {
        client = nil
        phase = .resting
        restsSince = .now()
        resumeReads()
        pool.giveBack(self)
    }

    func isResting(before deadline: NIODeadline) -> Bool { restsSince < deadline }

    func close() {
        client = nil
        phase = .closed
        context?.close(promise: nil)
    }

    /// The client will send nothing more into the tunnel.
    func closeOutput() {
        isDirty = false
        // Only behind what is still to be sent: NIO closes at once when the app has closed its side.
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            self.context?.close(mode: .output, promise: nil)
        }
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        if let client, !client.isWritable {
            hasHeldRead = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .tunnel: client?.write(bytes)
        case .head, .body:
            hasAnswered = true
            if inbound.readableBytes == 0 { inbound = bytes } else { inbound.writeBuffer(&bytes) }
            advance()
        // Bytes that nobody asked for: whatever they are, they are not the next request's answer.
        case .resting:
            pool.forget(self)
            close()
        case .closed: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        client?.flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        client?.upstreamWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { inputEnded(cleanly: true) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inputEnded(cleanly: false)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inputEnded(cleanly: false)
        phase = .closed
    }

    // MARK: - Private

    private func advance() {
        while phase == .head {
            switch parser.parse(&inbound, into: &pool.worker.responseHead) {
            case .needsMore: return
            case .rejected(let rejection): return fail(.malformed(rejection.reason))
            case .complete: headArrived()
            }
        }
        if phase == .body { readBody() }
    }

    private func headArrived() {
        let head = pool.worker.responseHead
        pool.worker.responseHead.bytes = ByteBuffer()
        guard let client else { return close() }
        if head.status == 101 { return switchProtocols(head, client) }
        if head.isInterim { return client.interimResponse(head) }
        let body = head.body(answering: method)
        keepsAlive = head.keepsAlive && body != .untilClose
        reader = BodyReader(body, output: client.understandsChunked ? .framed : .content)
        phase = .body
        client.responseBegan(head, body)
    }

    private func switchProtocols(_ head: ResponseHead, _ client: ClientConnection) {
        guard client.wantsUpgrade else {
            return fail(.malformed("It switched to another protocol without being asked to."))
        }
        phase = .tunnel
        let early = inbound
        inbound = ByteBuffer()
        client.upgraded(head, early: early)
    }

    /// The client's connection may end, and with it this one, while it is given its bytes: so nothing of ours is borrowed
    /// meanwhile.
    private func readBody() {
        var input = inbound
        var reader = reader
        inbound = ByteBuffer()
        var failure: Rejection?
        do throws(Rejection) {
            try reader.consume(&input) { client?.responseBody($0) }
        } catch {
            failure = error
        }
        guard phase == .body else { return }
        self.reader = reader
        if failure != nil { return fail(.truncated) }
        guard reader.isComplete else { return inbound = input }
        finish(isReusable: keepsAlive && input.readableBytes == 0)
    }

    private func finish(isReusable: Bool) {
        phase = .resting
        if let client { client.responseEnded(isReusable: isReusable) } else { close() }
    }

    private func inputEnded(cleanly: Bool) {
        switch phase {
        case .closed: break
        case .resting:
            pool.forget(self)
            close()
        case .head: fail(hasAnswered ? .truncated : .closedBeforeAnswer)
        case .body where reader.endsWithConnection && cleanly: finish(isReusable: false)
        case .body: fail(.truncated)
        case .tunnel: client?.tunnelEnded(cleanly: cleanly)
        }
    }

    private func fail(_ failure: UpstreamFailure) {
        let client = client
        close()
        client?.upstreamFailed(failure)
    }
}
