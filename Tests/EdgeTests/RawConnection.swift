import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Bytes over one socket, for either side: sends what it is told, collects what comes.
final class RawConnection: Sendable {
    struct Inbox {
        var bytes = ByteBuffer()
        var total = 0
        var hasEnded = false
        var failure: (any Error)?
    }

    let channel: any Channel
    private let inbox: Inboxes

    init(_ channel: any Channel, _ inbox: Inboxes) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(to address: SocketAddress, reads: Bool = true) async throws -> RawConnection {
        let inbox = Inboxes()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
            .connect(to: address).get()
        return RawConnection(channel, inbox)
    }

    var total: Int { inbox.state.withLock { $0.total } }
    var hasEnded: Bool { inbox.state.withLock { $0.hasEnded } }
    var failed: Bool { inbox.state.withLock { $0.failure != nil } }
    /// Counts bytes, but does not keep them.
    func forgetBytes() { inbox.forgets.store(true, ordering: .relaxed) }

    /// Returns when the kernel has taken it.
    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }
    func send(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes) }
    func close() async { try? await channel.close() }
    func closeOutput() async throws { try await channel.close(mode: .output) }
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        await close()
    }

    /// Takes the text up to and with `mark`.
    func text(through mark: String) async throws -> String {
        var found: String?
        try await eventually("\(mark.debugDescription) in \(peek().debugDescription.prefix(300))") {
            found = self.inbox.state.withLock { state -> String? in
                let text = String(buffer: state.bytes)
                guard let end = text.utf8.firstRange(of: mark.utf8)?.upperBound else { return nil }
                state.bytes.moveReaderIndex(forwardBy: text.utf8.distance(from: text.startIndex, to: end))
                return String(text[..<end])
            }
            return found != nil || self.hasEnded
        }
        guard let found else { throw Ended(text: peek()) }
        return found
    }

    func head() async throws -> String { try await text(through: "\r\n\r\n") }

    /// Everything to the connection's end.
    func rest() async throws -> String {
        try await eventually("the end of the connection") { self.hasEnded }
        return peek()
    }

    func peek() -> String { inbox.state.withLock { String(buffer: $0.bytes) } }

    struct Ended: Error { var text: String }
}

final class Inboxes: Sendable {
    let state = Mutex(RawConnection.Inbox())
    let forgets = Atomic(false)
}

final class InboxHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let inbox: Inboxes

    init(_ inbox: Inboxes) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        let forgets = inbox.forgets.load(ordering: .relaxed)
        inbox.state.withLock { state in
            state.total += bytes.readableBytes
            if !forgets { state.bytes.writeBuffer(&bytes) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { inbox.state.withLock { $0.hasEnded = true } }
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.state.withLock { $0.hasEnded = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.state.withLock { state in
            state.failure = error
            state.hasEnded = true
        }
        context.close(promise: nil)
    }
}

/// Polls until it is so; fails after 20 seconds.
func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(2))
    }
}

struct NeverHappened: Error { var what: String }

extension Collection where Element: Equatable {
    fileprivate func firstRange(of other: some Collection<Element>) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].starts(with: other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
