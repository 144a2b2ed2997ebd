import NIOCore
import Synchronization
import TLS

/// What an application above the TLS handler saw, in order.
final class Record: Sendable {
    enum Entry: Hashable, Sendable {
        case handshake(TLSHandshakeCompleted)
        case data(String)
        case inputClosed
        case error(TLSError)
        case otherError
        case inactive
    }

    private let state = Mutex<[Entry]>([])

    var entries: [Entry] { state.withLock { $0 } }

    var errors: [TLSError] {
        entries.compactMap { if case .error(let error) = $0 { error } else { nil } }
    }

    var handshake: TLSHandshakeCompleted? {
        entries.lazy.compactMap { if case .handshake(let summary) = $0 { summary } else { nil } }.first
    }

    var received: String {
        entries.map { if case .data(let text) = $0 { text } else { "" } }.joined()
    }

    func add(_ entry: Entry) {
        state.withLock { $0.append(entry) }
    }
}

/// The top of a pipeline: notes everything, and answers as the test wants.
final class Application: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Answer = @Sendable (Record.Entry, ChannelHandlerContext) -> Void

    private let record: Record
    private let answer: Answer

    init(record: Record, answer: @escaping Answer) {
        self.record = record
        self.answer = answer
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let summary = event as? TLSHandshakeCompleted { note(.handshake(summary), context) }
        if case ChannelEvent.inputClosed = event { note(.inputClosed, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        note(.data(String(buffer: unwrapInboundIn(data))), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        note((error as? TLSError).map { .error($0) } ?? .otherError, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        note(.inactive, context)
    }

    private func note(_ entry: Record.Entry, _ context: ChannelHandlerContext) {
        record.add(entry)
        answer(entry, context)
    }
}

/// Sends back what it gets, and reads no more while the client does not.
final class PoliteEcho: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var isWaiting = false

    func channelActive(context: ChannelHandlerContext) {
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        isWaiting = !context.channel.isWritable
        if !isWaiting { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard isWaiting, context.channel.isWritable else { return }
        isWaiting = false
        context.read()
    }
}

extension ChannelHandlerContext {
    func send(_ text: String) {
        writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
    }
}
