package import NIOCore

/// Speaks TLS with a client: ciphertext below, plaintext above.
///
/// - Fires `TLSHandshakeCompleted` when the handshake is done, and a `TLSError` at most once.
/// - One `read` from above gives one batch of plaintext; nothing is decrypted that was not asked for.
/// - A flush encrypts only as long as the channel is writable, so that an upper layer which heeds `isWritable` holds
///   no more than it wrote; small writes share records, and records share writes to the channel.
/// - `close` sends what was written and close_notify, then closes. When the channel takes no more of what was written,
///   no close_notify is sent: the client sees that the answer was cut off. A second `close` does not wait.
/// - `close(mode: .output)` sends close_notify and shuts the transport's output.
/// - The client's close_notify is `ChannelEvent.inputClosed` when the channel allows half-closure, else it closes.
///
/// For whole records a read, the channel wants receive buffers of 16 KB and more.
package final class TLSServerHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    enum Limit {
        /// Of ciphertext in one write to the channel; also how much plaintext may wait for a flush.
        static let piece = 65_536
        /// Of answers that OpenSSL owes to a client which does not read.
        static let control = 65_536
        /// How long the client may take to read what precedes our close_notify.
        static let closing = TimeAmount.seconds(5)
    }

    let selector: any CertificateSelector
    let handshakeTimeout: TimeAmount
    var connection: TLSConnection?
    var lifecycle = TLSLifecycle()
    var demand = ReadDemand()
    var plaintext = PlaintextQueue()
    var promises = CombinedPromise()
    var mayHalfClose = false
    var hasTransportInputEnded = false
    var outputClosePromise: EventLoopPromise<Void>?
    var deadline: Scheduled<Void>?

    /// - Parameter handshakeTimeout: from the connection's begin to the end of the handshake; then it is closed.
    package init(selector: any CertificateSelector, handshakeTimeout: TimeAmount = .seconds(10)) {
        self.selector = selector
        self.handshakeTimeout = handshakeTimeout
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        tearDown(ChannelError.ioOnClosedChannel)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        // The last chance to hand up what was received.
        if lifecycle.isReceiving { deliver(context) }
        if demand.hasDelivered { endBatch(context) }
        let error = lifecycle.endTransport()
        tearDown(ChannelError.ioOnClosedChannel)
        if let error { context.fireErrorCaught(error) }
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lifecycle.transportFailed()
        context.fireErrorCaught(error)
    }

    // MARK: - Shared by the parts

    /// Sends the alert, reports the error and closes, unless the error is one that can be answered.
    func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
        guard lifecycle.phase != .ended else { return }
        let isNew = lifecycle.fail(error)
        connection?.discardReceived()
        sendControlRecords(context)
        failWrites(error)
        if isNew { context.fireErrorCaught(error) }
        if lifecycle.phase == .ended { context.close(mode: .all, promise: nil) }
    }

    func schedule(
        in delay: TimeAmount, _ context: ChannelHandlerContext, _ task: @escaping (TLSServerHandler) -> Void
    ) {
        deadline?.cancel()
        // Not weak: that would slow down every later retain of the handler. `tearDown` cancels it.
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { task(self) }
    }

    // MARK: - Private

    private func begin(_ context: ChannelHandlerContext) {
        guard lifecycle.begin() else { return }
        // A channel that knows no such option cannot half-close.
        mayHalfClose = (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
        schedule(in: handshakeTimeout, context) { $0.handshakeTimedOut(context) }
        do {
            connection = try TLSConnection(selector: selector)
            context.read()
        } catch {
            fail(error, context)
        }
    }

    private func handshakeTimedOut(_ context: ChannelHandlerContext) {
        switch lifecycle.phase {
        case .handshaking: fail(.handshakeTimedOut, context)
        case .refused: context.close(mode: .all, promise: nil)
        case .idle, .open, .closing, .ended: break
        }
    }

    private func tearDown(_ error: any Error) {
        deadline?.cancel()
        deadline = nil
        connection = nil
        failWrites(error)
    }

    private func failWrites(_ error: any Error) {
        plaintext.fail(error)
        promises.take()?.fail(error)
        let outputClosed = outputClosePromise
        outputClosePromise = nil
        outputClosed?.fail(error)
    }
}

@available(*, unavailable)
extension TLSServerHandler: Sendable {}
