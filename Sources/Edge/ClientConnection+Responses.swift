import Logging
import NIOCore

extension ClientConnection {
    var understandsChunked: Bool { request.minorVersion > 0 }
    var wantsUpgrade: Bool { request.wantsWebSocket }

    /// 100 Continue, 103 Early Hints: passed on to those who know them.
    func interimResponse(_ head: ResponseHead) {
        guard request.minorVersion > 0 else { return }
        var output = worker.takeScratch()
        head.write(.init(minorVersion: 1, keepsAlive: true), to: &output)
        write(output)
        worker.giveScratch(output)
    }

    func responseBegan(_ head: ResponseHead, _ responseBody: MessageBody) {
        exchange?.hasResponse = true
        exchange?.repeatableHead = nil
        expect(within: isWritable ? nil : timeouts.stalledWrite)
        if worker.isQuiescing { keepsAlive = false }
        if request.minorVersion == 0, responseBody == .untilClose || responseBody == .chunked { keepsAlive = false }
        let chunksBody = responseBody == .untilClose && request.minorVersion > 0
        exchange?.chunksBody = chunksBody
        var output = worker.takeScratch()
        head.write(
            .init(
                minorVersion: request.minorVersion, keepsAlive: keepsAlive, chunksBody: chunksBody),
            to: &output)
        unsentHead = output
    }

    func responseBody(_ piece: ByteBuffer) {
        guard exchange?.chunksBody == true else { return writeBehindHead(piece) }
        guard piece.readableBytes > 0 else { return }
        writeBehindHead(ByteBuffer(string: String(piece.readableBytes, radix: 16) + "\r\n"))
        writeBehindHead(piece)
        writeBehindHead(ByteBuffer(string: "\r\n"))
    }

    /// The answer is complete. `isReusable`: the app will take another request on its connection.
    func responseEnded(isReusable: Bool) {
        guard let exchange else { return }
        if exchange.chunksBody { writeBehindHead(ByteBuffer(string: "0\r\n\r\n")) }
        if isReusable, body.isComplete, let upstream = exchange.upstream {
            self.exchange?.upstream = nil
            upstream.rest()
        }
        endExchange()
        answered()
    }

    /// The answer was cut off: the client must not take it for whole, so its connection ends without the end of a body.
    func truncate() {
        worker.shared.logger.notice(
            "response was cut off by the upstream",
            metadata: ["request_id": "\(request.id)", "host": "\(request.host)"])
        let endMeansComplete = request.minorVersion == 0
        endExchange()
        sendUnsentHead()
        if endMeansComplete { resetOnClose() }
        closeAfterFlush()
    }

    /// An answer was written to its end: on to the next request, or to the connection's end.
    func answered() {
        sendUnsentHead()
        if !body.isComplete { return linger() }
        if !keepsAlive { return closeAfterFlush() }
        phase = .head
        expect(within: isWritable ? timeouts.keepAlive : timeouts.stalledWrite)
        if worker.isQuiescing { return closeAfterFlush() }
        if inbound.readableBytes > 0 { process() }
        flush()
        resumeReads()
    }

    func writeBehindHead(_ piece: ByteBuffer) {
        guard var head = unsentHead else { return write(piece) }
        guard head.readableBytes + piece.readableBytes <= Self.maximumCoalesced + 1024 else {
            sendUnsentHead()
            return write(piece)
        }
        unsentHead = nil
        head.writeImmutableBuffer(piece)
        unsentHead = head
    }
}
