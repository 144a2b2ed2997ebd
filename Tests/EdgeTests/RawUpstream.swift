import Core
import NIOCore
import NIOPosix
import Synchronization

/// An app whose every byte the test decides: each connection it gets is handed to `script`.
final class RawUpstream: Sendable {
    typealias Script = @Sendable (RawConnection) async throws -> Void

    private struct State {
        var connections: [RawConnection] = []
        var tasks: [Task<Void, Never>] = []
    }

    private let listener: any Channel
    private let state: Mutex<State>

    private init(_ listener: any Channel, _ state: consuming Mutex<State>) {
        self.listener = listener
        self.state = state
    }

    /// - Parameter script: its end closes the connection.
    static func with<Value>(
        socket: String? = nil, _ script: @escaping Script, _ body: (RawUpstream) async throws -> Value
    ) async throws -> Value {
        let box = Box()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inbox = Inboxes()
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                    box.upstream.withLock { $0 }?.run(script, RawConnection(channel, inbox))
                }
            }
        let listener =
            if let socket {
                try await bootstrap.bind(unixDomainSocketPath: socket, cleanupExistingSocketFile: true).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            }
        let upstream = RawUpstream(listener, Mutex(State()))
        box.upstream.withLock { $0 = upstream }
        do {
            let value = try await body(upstream)
            await upstream.stop()
            return value
        } catch {
            await upstream.stop()
            throw error
        }
    }

    var port: Int { listener.localAddress?.port ?? 0 }
    var connections: [RawConnection] { state.withLock { $0.connections } }

    func core(_ instance: String = "web.1", release: Int = 1) -> Upstream {
        Upstream(port: port, instance: instance, release: release)
    }

    func stop() async {
        try? await listener.close().get()
        let (connections, tasks) = state.withLock { ($0.connections, $0.tasks) }
        for connection in connections { await connection.close() }
        for task in tasks {
            task.cancel()
            await task.value
        }
    }

    private func run(_ script: @escaping Script, _ connection: RawConnection) {
        state.withLock { state in
            state.connections.append(connection)
            state.tasks.append(
                Task {
                    // A script ends when its connection does.
                    try? await script(connection)
                    await connection.close()
                })
        }
    }

    private final class Box: Sendable {
        let upstream = Mutex<RawUpstream?>(nil)
    }
}

extension RawUpstream {
    /// Answers every request with this text, keeping the connection.
    static func answering(_ text: String) -> Script {
        { connection in
            while true {
                _ = try await connection.head()
                try await connection.send(text)
            }
        }
    }

    /// Answers every request with what it was asked.
    static let echoingHeads: Script = { connection in
        while true {
            let head = try await connection.head()
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
        }
    }
}
