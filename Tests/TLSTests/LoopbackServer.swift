import NIOCore
import NIOPosix
import Synchronization
import TLS

/// A real listener on loopback with the TLS handler below an application.
struct LoopbackServer {
    struct Options: Sendable {
        var mayHalfClose = false
        var autoRead = true
        var handshakeTimeout = TimeAmount.seconds(10)
    }

    let port: Int
    private let channels: Channels

    /// The first connection that was accepted.
    var connection: (any Channel)? { channels.all.withLock { $0.first } }

    /// Serves while `body` runs.
    static func run<Result>(
        _ selector: some CertificateSelector, options: Options = Options(),
        application: @escaping @Sendable () -> any ChannelHandler,
        _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channels = Channels()
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: options.mayHalfClose)
            .childChannelOption(.autoRead, value: options.autoRead)
            .childChannelInitializer { channel in
                channels.all.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    let tls = TLSServerHandler(selector: selector, handshakeTimeout: options.handshakeTimeout)
                    try channel.pipeline.syncOperations.addHandlers([tls, application()])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let outcome: Swift.Result<Result, any Error>
        do {
            let server = LoopbackServer(port: listener.localAddress?.port ?? 0, channels: channels)
            outcome = .success(try await body(server))
        } catch {
            outcome = .failure(error)
        }
        try await listener.close()
        try await group.shutdownGracefully()
        return try outcome.get()
    }

    /// Serves a recording application while `body` runs.
    static func record<Result>(
        _ selector: some CertificateSelector, options: Options = Options(),
        answer: @escaping Application.Answer = { _, _ in },
        _ body: (LoopbackServer, Record) async throws -> Result
    ) async throws -> Result {
        let record = Record()
        return try await run(selector, options: options, application: { Application(record: record, answer: answer) }) {
            try await body($0, record)
        }
    }

    final class Channels: Sendable {
        let all = Mutex<[any Channel]>([])
    }
}
