package import Core
import HTTPTypes
package import HummingbirdCore
import NIOCore
import ServiceLifecycle

extension Response {
    /// An answer that goes on: `produce` sends events as they come, a comment goes out every 15 seconds. It ends when
    /// `produce` returns, when the client goes away, when the caller's access ends, and when the server stops; `produce`
    /// is cancelled then.
    ///
    /// Nothing is buffered here: while the client does not read, sending waits. What waits meanwhile is bounded where it
    /// comes from (`EventHub.subscribe(buffered:)`).
    /// - Throws: `.rateLimited` when the caller has too many streams.
    package static func events(
        _ context: APIContext, commentEvery interval: Duration = .seconds(15),
        _ produce: @escaping @Sendable (EventStreamWriter) async throws -> Void
    ) throws(NodePilotError) -> Response {
        try context.admitStream()
        let body = ResponseBody { writer in
            let stream = EventStreamWriter(writer)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await produce(stream) }
                group.addTask {
                    while true {
                        try await Task.sleep(for: interval)
                        try await stream.sendComment()
                    }
                }
                group.addTask { await context.endOfAccess() }
                defer { group.cancelAll() }
                _ = try await group.next()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
    }
}

/// Writes whole events; copies of it may write side by side.
package struct EventStreamWriter: @unchecked Sendable {  // beneath the existential is NIO's writer, which is Sendable
    private let writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// Waits while the client does not read.
    /// - Throws: when the client is gone or the task is cancelled.
    package func send(_ event: String, _ value: some Encodable, id: String? = nil) async throws {
        try await write(try ServerSentEvent(event: event, id: id, json: value).bytes)
    }

    func sendComment() async throws { try await write(ServerSentEvent.comment) }

    private func write(_ bytes: ByteBuffer) async throws {
        var writer = writer
        try await writer.write(bytes)
    }
}

extension APIContext {
    fileprivate func admitStream() throws(NodePilotError) {
        if let caller, let watch { try watch.admitStream(of: caller) }
    }

    /// Returns when the client has gone away, its access has ended, the server stops, or the task is cancelled.
    package func endOfAccess() async {
        await withTaskGroup(of: Void.self) { group in
            if let channel {
                group.addTask {
                    let (closed, continuation) = AsyncStream.makeStream(of: Void.self)
                    channel.closeFuture.whenComplete { _ in continuation.finish() }
                    for await _ in closed {}
                }
            }
            if let caller, let watch {
                group.addTask { for await _ in watch.end(of: caller) {} }
            }
            group.addTask { try? await gracefulShutdown() }  // throws when cancelled, which is an end as well
            await group.next()
            group.cancelAll()
        }
    }

    /// Turns the connection into a WebSocket on which `handler` runs; it is cancelled when the access ends.
    /// - Throws: `.invalidInput` when the request did not ask for that in good order; `.rateLimited` when the caller has
    ///   too many streams.
    package func webSocket(
        _ request: Request, _ handler: @escaping WebSocketHandler
    ) throws -> Response {
        let answer = try WebSocketHandshake.answer(to: request.head)
        guard let upgrade else { throw WebSocketHandshake.notAsked }
        try admitStream()
        upgrade.accept { connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await handler(connection) }
                group.addTask { await endOfAccess() }
                defer { group.cancelAll() }
                _ = try await group.next()
            }
        }
        return Response(status: .switchingProtocols, headers: answer)
    }

    /// Whether the request asks to become a WebSocket.
    package var asksForWebSocket: Bool { upgrade != nil }
}
