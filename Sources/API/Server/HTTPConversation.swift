import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// The requests of one connection, one after the other.
struct HTTPConversation<Responder: HTTPResponder<APIContext>>: Sendable {
    let responder: Responder
    let door: Door
    let logger: Logger

    /// - Parameter firstAnswer: to the first request, when that was asked for already.
    func run(_ parts: HTTPParts, firstAnswer: Response? = nil) async {
        let held = HeldAnswer(firstAnswer)
        let loop = RequestLoop { request, writer, channel in
            if request.headers[.expect]?.lowercased() == "100-continue" {
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            let source = ConnectionSource(logger: logger, door: door, channel: channel)
            let response: Response
            if let first = held.take() {
                response = first
            } else {
                response = await answer(request, from: source)
            }
            try await writer.write(response: response.head, body: response.body)
        }
        await loop.handleHTTP(asyncChannel: parts, logger: logger)
    }

    /// The responder answers errors itself; should one escape, the connection still gets an answer.
    func answer(_ request: Request, from source: ConnectionSource) async -> Response {
        do {
            var response = try await responder.respond(to: request, context: APIContext(source: source))
            if request.headers[.upgrade] != nil, response.status != .switchingProtocols {
                response.headers[.connection] = "close"  // NIO's decoder takes nothing behind such a request for HTTP
            }
            return response
        } catch {
            logger.error("A request escaped the error responses", metadata: ["error": "\(error)"])
            return Response(status: .internalServerError, headers: [.connection: "close"])
        }
    }
}

/// Hummingbird's loop over the requests of a connection.
private struct RequestLoop: HTTPChannelHandler {
    let responder: HTTPChannelHandler.Responder

    init(responder: @escaping HTTPChannelHandler.Responder) { self.responder = responder }

    /// Never called: the connection was set up by the gate.
    func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<HTTPParts> {
        channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func handle(value: HTTPParts, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
