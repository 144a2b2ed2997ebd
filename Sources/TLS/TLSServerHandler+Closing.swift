package import NIOCore

extension TLSServerHandler {
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .input: context.close(mode: .input, promise: promise)
        case .output: closeOutput(context, promise)
        case .all: closeAll(context, promise)
        }
    }

    /// All flushed plaintext is out: says so to the client.
    func finishOutput(_ context: ChannelHandlerContext) {
        guard lifecycle.finishClosingOutput(), let connection else { return }
        let closed = outputClosePromise
        outputClosePromise = nil
        connection.sendCloseNotify()
        afterLastWrite(context) { context.close(mode: .output, promise: closed) }
    }

    // MARK: - Private

    private func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard lifecycle.phase == .open else {
            context.close(mode: .output, promise: promise)
            return
        }
        guard lifecycle.beginClosingOutput() else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        outputClosePromise = promise
        plaintext.flush()
        sendPlaintext(context)
    }

    private func closeAll(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        if lifecycle.phase == .open {
            plaintext.flush()
            sendPlaintext(context)
        }
        let step = lifecycle.close()
        let isCutOff = !plaintext.isEmpty
        plaintext.fail(ChannelError.ioOnClosedChannel)
        guard step == .sendCloseNotify, !isCutOff, let connection else {
            context.close(mode: .all, promise: promise)
            return
        }
        connection.sendCloseNotify()
        schedule(in: Limit.closing, context) { _ in context.close(mode: .all, promise: nil) }
        afterLastWrite(context) { context.close(mode: .all, promise: promise) }
    }

    private func afterLastWrite(_ context: ChannelHandlerContext, _ body: @escaping () -> Void) {
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in body() }
        writeCiphertext(context, promise: written)
        context.flush()
    }
}
