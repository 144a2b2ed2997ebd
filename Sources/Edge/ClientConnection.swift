import Logging
import NIOCore

/// One connection of a client: reads its requests one after the other, has each answered, and keeps what both sides may
/// hold in memory small. Everything happens on its event loop.
///
/// This file has what a connection is and how bytes and time come in. `+Requests` reads requests, `+Proxying` sends them
/// to apps, `+Responses` brings the answers back, `+Answers` makes our own, `+Files` serves folders, `+Tunnel` is for
/// what comes after an upgrade, `+Closing` ends it.
final class ClientConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Waits for a request, or has a part of its head.
        case head
        /// Has a request whose app is being connected to.
        case connecting
        case exchange
        case file
        case tunnel
        /// The answer is written; the connection ends when it is on its way.
        case closing
        /// Answered early: what else comes is dropped, so that the client reads the answer instead of a reset.
        case lingering
        case closed
    }

    enum Scheme: Equatable, Sendable {
        case https
        /// With the port that redirects to HTTPS name; nil where there is no HTTPS.
        case http(httpsPort: Int?)
    }

    /// More than this unread by us can only be what the kernel hands over when the client is gone.
    static let maximumInbound = 256 * 1024
    /// Pieces up to this size are put behind the head in one buffer: one write, one TLS record.
    static let maximumCoalesced = 16 * 1024

    let worker: Worker
    let scheme: Scheme
    /// Its place in the worker's list.
    var slot = 0
    var phase = Phase.head
    var context: ChannelHandlerContext?
    var parser: RequestHeadParser
    var inbound = ByteBuffer()
    var request = RequestTraits()
    /// The body of the request of now.
    var body = BodyReader(.none)
    var exchange: Exchange?
    var transfer: FileTransfer?
    /// Written, but not yet with the body's first piece.
    var unsentHead: ByteBuffer?
    var keepsAlive = true
    var hasServed = false
    /// Whether a part of a head is there.
    var isReadingHead = false
    var isInputClosed = false
    /// Tells what was asked for this request from what was asked for an earlier one.
    var serial = 0
    /// The client's address is known with the first request.
    private(set) lazy var forwarded = ForwardedHeaders(
        client: context?.channel.remoteAddress, isSecure: scheme == .https)

    private var deadline: NIODeadline?
    private var isDirty = false
    private var hasHeldRead = false
    private var isProcessing = false

    init(worker: Worker, scheme: Scheme) {
        self.worker = worker
        self.scheme = scheme
        parser = RequestHeadParser(limits: worker.shared.configuration.limits)
    }

    var timeouts: EdgeConfiguration.Timeouts { worker.shared.configuration.timeouts }
    var isSecure: Bool { scheme == .https }
    var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: - Output

    func write(_ buffer: ByteBuffer) {
        isDirty = true
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    /// Sends what was written, to both sides.
    func flush() {
        sendUnsentHead()
        exchange?.upstream?.flush()
        guard isDirty else { return }
        isDirty = false
        context?.flush()
    }

    func sendUnsentHead() {
        guard let head = unsentHead else { return }
        unsentHead = nil
        write(head)
        worker.giveScratch(head)
    }

    // MARK: - Input

    /// Reads on if the reason for which reading stopped is gone.
    func resumeReads() {
        guard hasHeldRead, !holdsReads else { return }
        hasHeldRead = false
        context?.read()
    }

    /// Goes on with what has come in, as far as the phase allows. A request that is answered at once is followed by the
    /// next in the same loop, not deeper in the stack.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while phase == .head, inbound.readableBytes > 0, isWritable {
            guard readRequest() else { break }
        }
        if phase == .exchange { forwardBody() }
        if phase == .lingering || phase == .closed { inbound = ByteBuffer() }
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
    }

    // MARK: - Time

    func expect(within amount: TimeAmount?) {
        deadline = amount.map { .now() + $0 }
    }

    func check(_ now: NIODeadline) {
        guard let deadline, now >= deadline else { return }
        self.deadline = nil
        expired()
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.add(self)
        expect(within: timeouts.requestHead)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close()
        worker.remove(self)
        self.context = nil
    }

    func read(context: ChannelHandlerContext) {
        if holdsReads { hasHeldRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .tunnel: exchange?.upstream?.write(bytes)
        case .lingering, .closing, .closed: break
        case .head, .connecting, .exchange, .file:
            if inbound.readableBytes == 0 { inbound = bytes } else { inbound.writeBuffer(&bytes) }
            if inbound.readableBytes > Self.maximumInbound { return close() }
            process()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isWritable { becameWritable() } else if phase != .closed { expect(within: timeouts.stalledWrite) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    /// One connection's error is nobody else's: a scan, a reset, plain HTTP on the TLS port.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        worker.shared.logger.debug("connection failed", metadata: ["error": "\(error)"])
        close()
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    // MARK: - Private

    /// Pipelined requests wait in the kernel, and so does a body that the app does not take.
    private var holdsReads: Bool {
        switch phase {
        case .head: inbound.readableBytes > 0 && !isWritable
        case .connecting, .file: inbound.readableBytes > 0
        case .exchange: body.isComplete ? inbound.readableBytes > 0 : !(exchange?.upstream?.isWritable ?? true)
        case .tunnel: !(exchange?.upstream?.isWritable ?? true)
        case .closing: true
        case .lingering, .closed: false
        }
    }

    private func becameWritable() {
        expect(within: nil)
        switch phase {
        case .head:
            expect(within: isReadingHead ? timeouts.requestHead : timeouts.keepAlive)
            process()
        case .exchange, .tunnel: exchange?.upstream?.resumeReads()
        case .file: transfer?.resume()
        case .closing: expect(within: timeouts.stalledWrite)
        case .connecting, .lingering, .closed: break
        }
        flush()
        resumeReads()
    }
}
