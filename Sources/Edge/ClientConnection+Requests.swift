import Core
import NIOCore

extension ClientConnection {
    /// Reads one request's head and sets its answer going. False when there is no whole head yet.
    func readRequest() -> Bool {
        switch parser.parse(&inbound, into: &worker.requestHead) {
        case .needsMore:
            if inbound.readableBytes > 0, !isReadingHead { headBegan() }
            return false
        case .rejected(let rejection): refuse(rejection)
        case .complete: beginRequest()
        }
        return true
    }

    // MARK: - Private

    /// The time for the head counts from its first byte, and no further byte prolongs it.
    private func headBegan() {
        isReadingHead = true
        if hasServed { expect(within: timeouts.requestHead) }
    }

    /// A request that has no one meaning: answered and cut off, since nobody knows where the next one would begin.
    private func refuse(_ rejection: Rejection) {
        // A TLS handshake on the plain port: an answer would only confuse it.
        if inbound.getInteger(at: inbound.readerIndex, as: UInt8.self) == 0x16 { return close() }
        request = RequestTraits()
        request.id = worker.requestIDs.next()
        body = BodyReader(.untilClose)
        answer(ErrorAnswer(rejection))
    }

    private func beginRequest() {
        isReadingHead = false
        hasServed = true
        serial &+= 1
        request = RequestTraits(worker.requestHead, id: worker.requestIDs.next())
        keepsAlive = request.keepsAlive && !worker.isQuiescing
        body = BodyReader(worker.requestHead.body)
        defer { worker.requestHead.bytes = ByteBuffer() }
        let destination = worker.destination(for: worker.requestHead)
        if case .http(.some(let port)) = scheme, destination.redirectsToHTTPS {
            return redirectToHTTPS(port)
        }
        switch destination {
        case .controlPlane(let pool): forward(to: pool, of: nil)
        case .instances(let group, _):
            guard let pool = group.next(excluding: []) else { return answer(.unknownHost(request.host)) }
            forward(to: pool, of: group)
        case .files(let place, let singlePage, _): serve(place, singlePage: singlePage)
        case .unavailable(let sentence, _): answer(.unavailable(sentence))
        case .unknown: answer(.unknownHost(request.host))
        }
    }

    private func redirectToHTTPS(_ port: Int) {
        let host = request.host.utf8.contains(ASCII.colon) ? "[\(request.host)]" : request.host
        let authority = port == 443 ? host : "\(host):\(port)"
        redirect(to: "https://\(authority)\(worker.requestHead.targetText)")
    }
}
