import Logging
import NIOCore

extension ClientConnection {
    /// Sends the request that was just read to an app, or to the control plane (`group` nil).
    func forward(to pool: UpstreamPool, of group: InstanceGroup?) {
        var head = worker.takeScratch()
        worker.requestHead.write(forwarded: forwarded, requestID: request.id, to: &head)
        exchange = Exchange(group: group, pool: pool, unsentHead: head)
        pool.requestBegan()
        // Some servers upgrade only a connection that carried nothing before.
        connect(fresh: request.wantsWebSocket)
    }

    /// Passes on what has come of the body, together with the head if that still waits.
    func forwardBody() {
        guard let upstream = exchange?.upstream else { return }
        if !body.isComplete, inbound.readableBytes > 0 {
            // Nothing of ours is borrowed while the upstream is written to: it may end meanwhile.
            var input = inbound
            var reader = body
            inbound = ByteBuffer()
            var failure: Rejection?
            do throws(Rejection) {
                try reader.consume(&input) { send($0, to: upstream) }
            } catch {
                failure = error
            }
            body = reader
            if let failure { return bodyIsBroken(failure) }
            inbound = input
        }
        if let head = exchange?.unsentHead { sendHead(head, to: upstream) }
        expectProgress(upstream)
    }

    func upstreamWritabilityChanged() {
        if let upstream = exchange?.upstream, upstream.isWritable {
            process()
            flush()
            resumeReads()
        }
    }

    /// The app did not answer, or not to the end.
    func upstreamFailed(_ failure: UpstreamFailure) {
        guard let exchange else { return }
        self.exchange?.upstream = nil
        if exchange.hasResponse { return truncate() }
        if case .closedBeforeAnswer = failure, let head = exchange.repeatableHead, !exchange.hasRepeated {
            self.exchange?.hasRepeated = true
            self.exchange?.repeatableHead = nil
            self.exchange?.unsentHead = head
            return connect(fresh: true)
        }
        answerFailure(failure, of: exchange.pool)
        flush()
    }

    /// The request is off this app's hands.
    func endExchange() {
        guard let exchange else { return }
        self.exchange = nil
        exchange.upstream?.close()
        exchange.pool.requestEnded()
    }

    // MARK: - Private

    private func connect(fresh: Bool) {
        guard let pool = exchange?.pool else { return }
        let rest = request.isRepeatable ? timeouts.upstreamIdle : timeouts.upstreamIdleForUnsafe
        if !fresh, let upstream = pool.takeIdle(restedAtMost: rest) { return attach(upstream) }
        phase = .connecting
        expect(within: nil)
        let serial = serial
        pool.connect { [self] result in
            switch result {
            case .success(let upstream) where phase == .connecting && self.serial == serial:
                attach(upstream)
                process()
                flush()
                resumeReads()
            case .success(let upstream): upstream.rest()
            case .failure(let error) where phase == .connecting && self.serial == serial: couldNotConnect(error)
            case .failure: break
            }
        }
    }

    private func attach(_ upstream: UpstreamConnection) {
        phase = .exchange
        upstream.begin(self, method: request.method)
        let head = exchange?.unsentHead
        if upstream.isReused, request.isRepeatable { exchange?.repeatableHead = head }
        exchange?.upstream = upstream
    }

    /// Nothing was sent, so any request may try the next instance.
    private func couldNotConnect(_ error: any Error) {
        guard let exchange else { return }
        let tried = exchange.tried + [ObjectIdentifier(exchange.pool)]
        if let next = exchange.group?.next(excluding: tried) {
            exchange.pool.requestEnded()
            next.requestBegan()
            self.exchange?.pool = next
            self.exchange?.tried = tried
            connect(fresh: request.wantsWebSocket)
            process()
        } else {
            answerFailure(.connectFailed(error), of: exchange.pool)
        }
        flush()
    }

    private func answerFailure(_ failure: UpstreamFailure, of pool: UpstreamPool) {
        let answer = ErrorAnswer(failure, pool: pool)
        worker.shared.logger.notice(
            "no answer from upstream",
            metadata: [
                "request_id": "\(request.id)", "host": "\(request.host)", "upstream": "\(pool.name)",
                "cause": "\(failure)",
            ])
        endExchange()
        self.answer(answer)
    }

    private func send(_ piece: ByteBuffer, to upstream: UpstreamConnection) {
        guard var head = exchange?.unsentHead else { return upstream.write(piece) }
        exchange?.unsentHead = nil
        guard piece.readableBytes <= Self.maximumCoalesced else {
            sendHead(head, to: upstream)
            return upstream.write(piece)
        }
        head.writeImmutableBuffer(piece)
        sendHead(head, to: upstream)
    }

    private func sendHead(_ head: ByteBuffer, to upstream: UpstreamConnection) {
        exchange?.unsentHead = nil
        upstream.write(head)
        worker.giveScratch(head)
    }

    private func bodyIsBroken(_ rejection: Rejection) {
        let hasResponse = exchange?.hasResponse ?? false
        endExchange()
        body = BodyReader(.untilClose)
        if hasResponse { close() } else { answer(ErrorAnswer(rejection)) }
    }

    /// Whose turn it is: the client's to send the body, or the app's to take it and to answer.
    private func expectProgress(_ upstream: UpstreamConnection) {
        guard exchange?.hasResponse == false else { return }
        let waitsForClient = !body.isComplete && upstream.isWritable
        expect(within: waitsForClient ? timeouts.requestBody : timeouts.responseHead)
    }
}
