import NIOCore

extension ClientConnection {
    /// Both sides agreed to speak another protocol: from here on bytes pass as they are.
    func upgraded(_ head: ResponseHead, early: ByteBuffer) {
        exchange?.hasResponse = true
        exchange?.repeatableHead = nil
        phase = .tunnel
        expect(within: nil)
        var output = worker.takeScratch()
        head.write(.init(minorVersion: 1, keepsAlive: true), to: &output)
        unsentHead = output
        if early.readableBytes > 0 { writeBehindHead(early) }
        sendUnsentHead()
        if inbound.readableBytes > 0 { exchange?.upstream?.write(inbound) }
        inbound = ByteBuffer()
        flush()
        resumeReads()
    }

    /// The app has sent its last byte. The client may still have something to say.
    func tunnelEnded(cleanly: Bool) {
        guard phase == .tunnel else { return }
        flush()
        // A TLS connection ends as a whole.
        if !cleanly || isInputClosed || isSecure { return closeAfterFlush() }
        context?.close(mode: .output, promise: nil)
    }
}
