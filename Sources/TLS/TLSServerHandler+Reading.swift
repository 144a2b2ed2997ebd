package import NIOCore

extension TLSServerHandler {
    package func read(context: ChannelHandlerContext) {
        let isWithinBatch = demand.hasDelivered
        demand.ask()
        // What is asked for while a batch goes up is read when it has ended.
        guard !isWithinBatch else { return }
        guard lifecycle.isReceiving, connection?.hasReceived == true else {
            context.read()
            return
        }
        deliver(context)
        let hasDelivered = demand.hasDelivered
        endBatch(context)
        // A channel that reads by itself does so after its own reads only; this batch came from what was kept here.
        if hasDelivered, isReadingByItself(context) { context.pipeline.syncOperations.read() }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch lifecycle.phase {
        case .handshaking:
            connection?.receive(unwrapInboundIn(data))
            advanceHandshake(context)
        case .open where !lifecycle.isInputClosed:
            connection?.receive(unwrapInboundIn(data))
        case .idle, .open, .refused, .closing, .ended:
            return
        }
        if demand.isAsked { deliver(context) }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        endBatch(context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        hasTransportInputEnded = true
        // What was received before the end goes up before it.
        let isWaiting = lifecycle.isReceiving && connection?.hasReceived == true
        if !isWaiting { endTransportInput(context) }
    }

    func deliver(_ context: ChannelHandlerContext) {
        while lifecycle.isReceiving, let connection {
            switch connection.decrypt(allocator: context.channel.allocator) {
            case .plaintext(let buffer):
                demand.deliver()
                context.fireChannelRead(wrapInboundOut(buffer))
                continue
            case .needsInput:
                sendControlRecords(context)
                if hasTransportInputEnded { endTransportInput(context) }
            case .closeNotify:
                endInput(lifecycle.receiveCloseNotify(mayHalfClose: mayHalfClose), context)
            case .failed(let error):
                fail(error, context)
            }
            return
        }
    }

    func endBatch(_ context: ChannelHandlerContext) {
        switch demand.endBatch(isHandshaking: lifecycle.phase == .handshaking) {
        case .nothing: break
        case .readMore: context.read()
        case .announce(let thenRead):
            context.fireChannelReadComplete()
            if thenRead { context.read() }
        }
    }

    // MARK: - Private

    private func isReadingByItself(_ context: ChannelHandlerContext) -> Bool {
        // A channel that knows no such option does not.
        (try? context.channel.syncOptions?.getOption(.autoRead)) ?? false
    }

    private func advanceHandshake(_ context: ChannelHandlerContext) {
        guard let connection else { return }
        switch connection.handshake() {
        case .needsInput:
            sendControlRecords(context)
        case .completed(let summary):
            deadline?.cancel()
            deadline = nil
            lifecycle.completeHandshake()
            sendControlRecords(context)
            context.fireUserInboundEventTriggered(summary)
            sendPlaintext(context)
        case .failed(let error):
            fail(error, context)
        }
    }

    private func endTransportInput(_ context: ChannelHandlerContext) {
        endInput(lifecycle.endTransportInput(), context)
    }

    private func endInput(_ end: TLSLifecycle.EndOfInput, _ context: ChannelHandlerContext) {
        guard end != .ignore else { return }
        // The end belongs after the batch.
        if demand.hasDelivered { endBatch(context) }
        switch end {
        case .ignore: break
        case .announce:
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .announceTruncation:
            context.fireErrorCaught(TLSError.truncated)
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .close:
            close(context: context, mode: .all, promise: nil)
        case .fail(let error):
            fail(error, context)
        }
    }
}
