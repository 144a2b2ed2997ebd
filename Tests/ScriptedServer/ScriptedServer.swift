package import NIOCore
import NIOHTTP1
import NIOPosix
package import NIOSSL
import Synchronization

/// A real HTTP server whose answers a test writes byte by byte: in pieces, cut short, or held open.
package final class ScriptedServer: Sendable {
    package typealias Script = @Sendable (ScriptedRequest) -> ScriptedAnswer

    package let address: SocketAddress
    let script: Script
    private let channel: any Channel
    private let requests: Recorder

    /// All requests so far, in the order in which their ends came.
    package var received: [ScriptedRequest] { requests.all }

    /// - Parameters:
    ///   - bodies: whether bodies are read as they come, left in the socket until `readBodies()`, or never read.
    package static func start(
        on address: SocketAddress, tls: NIOSSLContext? = nil, bodies: BodyReading = .atOnce, script: @escaping Script
    ) async throws -> ScriptedServer {
        let requests = Recorder()
        let gate = BodyGate(isOpen: bodies == .atOnce)
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(HTTPRequestDecoder()),
                        ScriptedConnection(script: script, requests: requests, gate: gate, bodies: bodies))
                }
            }
        let channel = try await bootstrap.bind(to: address).get()
        let bound = channel.localAddress ?? address
        return ScriptedServer(address: bound, script: script, channel: channel, requests: requests, gate: gate)
    }

    /// At a Unix socket.
    package static func start(
        socket path: String, bodies: BodyReading = .atOnce, script: @escaping Script
    ) async throws -> ScriptedServer {
        try await start(on: SocketAddress(unixDomainSocketPath: path), bodies: bodies, script: script)
    }

    package enum BodyReading: Sendable {
        case atOnce
        case whenTold
        /// A request with a body is answered when its head is there, and nothing more of it is read.
        case never
    }

    package func readBodies() {
        gate.open()
    }

    package func stop() async {
        // A listener that is closed already is what was wanted.
        try? await channel.close()
    }

    // MARK: - Private

    private let gate: BodyGate

    private init(
        address: SocketAddress, script: @escaping Script, channel: any Channel, requests: Recorder, gate: BodyGate
    ) {
        self.address = address
        self.script = script
        self.channel = channel
        self.requests = requests
        self.gate = gate
    }
}

final class Recorder: Sendable {
    private let requests = Mutex<[ScriptedRequest]>([])

    var all: [ScriptedRequest] { requests.withLock { $0 } }
    func add(_ request: ScriptedRequest) { requests.withLock { $0.append(request) } }
}

/// Channels that wait to read a body.
final class BodyGate: Sendable {
    private struct State {
        var isOpen: Bool
        var waiting: [any Channel] = []
    }

    private let state: Mutex<State>

    init(isOpen: Bool) { state = Mutex(State(isOpen: isOpen)) }

    /// - Returns: whether the channel has to wait.
    func holds(_ channel: any Channel) -> Bool {
        state.withLock { state in
            if !state.isOpen { state.waiting.append(channel) }
            return !state.isOpen
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for channel in waiting { channel.setOption(.autoRead, value: true).whenSuccess { channel.read() } }
    }
}
