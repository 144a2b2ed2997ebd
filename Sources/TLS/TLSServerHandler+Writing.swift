package import NIOCore

extension TLSServerHandler {
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if lifecycle.phase == .refused {
            context.write(data, promise: promise)
            return
        }
        guard lifecycle.acceptsWrites else {
            promise?.fail(lifecycle.isOutputEnding ? ChannelError.outputClosed : ChannelError.ioOnClosedChannel)
            return
        }
        plaintext.append(unwrapOutboundIn(data), promise: promise)
        // Who writes without a flush until the channel is not writable must see that it is not.
        guard plaintext.bytes >= Limit.piece else { return }
        plaintext.flush()
        encryptPlaintext(context, flushing: false)
    }

    package func flush(context: ChannelHandlerContext) {
        plaintext.flush()
        sendPlaintext(context)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, plaintext.hasFlushed || (connection?.outboundBytes ?? 0) > 0 {
            sendPlaintext(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Encrypts and sends what was flushed, as long as the channel takes it.
    func sendPlaintext(_ context: ChannelHandlerContext) {
        encryptPlaintext(context, flushing: true)
        context.flush()
        if lifecycle.isOutputEnding, !plaintext.hasFlushed { finishOutput(context) }
    }

    /// Sends handshake messages, alerts and tickets that OpenSSL has made.
    func sendControlRecords(_ context: ChannelHandlerContext) {
        guard let connection, connection.outboundBytes > 0 else { return }
        // They wait for a client that reads; one that only makes us answer is shown the door.
        guard context.channel.isWritable || lifecycle.phase != .open else {
            if connection.outboundBytes > Limit.control { fail(.controlFlood, context) }
            return
        }
        writeCiphertext(context)
        context.flush()
    }

    func writeCiphertext(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        promises.add(promise)
        let ciphertext = connection?.takeOutbound() ?? ByteBuffer()
        let written = promises.take()
        // Empty writes wait for those before them too.
        guard ciphertext.readableBytes > 0 || written != nil else { return }
        context.write(wrapOutboundOut(ciphertext), promise: written)
    }

    // MARK: - Private

    private func encryptPlaintext(_ context: ChannelHandlerContext, flushing: Bool) {
        while plaintext.hasFlushed, context.channel.isWritable {
            guard lifecycle.isSending, let connection else { return }
            if let error = encryptPiece(on: connection) {
                fail(error, context)
                return
            }
            writeCiphertext(context)
            if flushing, plaintext.hasFlushed { context.flush() }
        }
    }

    /// Fills one write to the channel.
    private func encryptPiece(on connection: TLSConnection) -> TLSError? {
        // 29 bytes of overhead a record at most, and one more for what does not fill its record.
        let overhead = 64 * (plaintext.bytes / PlaintextQueue.Limit.record + 1)
        connection.reserveOutbound(min(connection.outboundBytes + plaintext.bytes + overhead, Limit.piece))
        while plaintext.hasFlushed, connection.outboundBytes <= Limit.piece - PlaintextQueue.Limit.record {
            let error = plaintext.encryptNext(promises: &promises) { connection.encrypt($0) }
            if let error { return error }
        }
        return nil
    }
}
