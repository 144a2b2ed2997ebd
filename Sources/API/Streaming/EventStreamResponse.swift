import HTTPTypes
package import HummingbirdCore
import NIOCore
import ServiceLifecycle

extension Response {
    /// An answer that goes on: each event is sent as it comes, a comment every 15 seconds. It ends with the sequence,
    /// when the client goes away, when the caller's access ends, and when the server stops.
    ///
    /// Nothing is buffered here: while the client does not read, the next event is not taken from the sequence, which
    /// therefore bounds what waits (`EventHub.subscribe(buffered:)`). It must end when its task is cancelled, as
    /// `AsyncStream` does.
    package static func eventStream<Events: AsyncSequence & Sendable>(
        _ events: Events, _ context: APIContext, commentEvery interval: Duration = .seconds(15)
    ) -> Response where Events.Element == ServerSentEvent {
        let body = ResponseBody { writer in
            let outlet = Outlet(writer: writer)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var writer = outlet.writer
                    for try await event in events { try await writer.write(event.bytes) }
                }
                group.addTask {
                    var writer = outlet.writer
                    while true {
                        try await Task.sleep(for: interval)
                        try await writer.write(ServerSentEvent.comment)
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

/// Each task writes whole events through a copy of its own.
private struct Outlet: @unchecked Sendable {  // beneath the existential is NIO's writer, which is Sendable
    let writer: any ResponseBodyWriter
}

extension APIContext {
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
    /// - Throws: `.invalidInput` when the request did not ask for that in good order.
    package func webSocket(
        _ request: Request, _ handler: @escaping WebSocketHandler
    ) throws -> Response {
        let answer = try WebSocketHandshake.answer(to: request.head)
        guard let upgrade else { throw WebSocketHandshake.notAsked }
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
