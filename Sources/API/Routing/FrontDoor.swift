import Core
import HTTPTypes
import HummingbirdCore
import Hummingbird
import Logging
import NIOHTTP1

/// Around every route: the request's ID and address, errors as problems, and the headers that every answer has.
struct FrontDoor: MiddlewareProtocol {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.requestID(of: request, context.door)
        context.address = ClientAddress.of(request, context.door)
        context.logger[metadataKey: "request"] = "\(context.requestID)"
        var response = await answer(request, context, next)
        Self.addHeaders(to: &response, requestID: context.requestID)
        context.logger.debug(
            "Answered",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)", "status": "\(response.status.code)",
            ])
        return response
    }

    // MARK: - Private

    private func answer(
        _ request: Request, _ context: APIContext, _ next: (Request, APIContext) async throws -> Response
    ) async -> Response {
        do {
            if WebSocketHandshake.isAsked(by: request.head), context.upgrade == nil {
                throw HTTPError(.upgradeRequired, message: "A WebSocket needs a connection of its own.")
            }
            return try await next(request, context)
        } catch let error as NodePilotError {
            return failure(error, context)
        } catch let error as HTTPError {
            let status = error.status
            let message = error.body ?? (status == .notFound ? "There is nothing at this path." : status.reasonPhrase)
            var response = Response.problem(
                NodePilotError(.init(status), message), status: status, requestID: context.requestID)
            if status == .upgradeRequired { response.headers[.upgrade] = "websocket" }
            return response
        } catch is HTTPParserError {
            var response = Response.problem(
                NodePilotError(.invalidInput, "The request is not valid HTTP."), requestID: context.requestID)
            response.headers[.connection] = "close"
            return response
        } catch is CancellationError {
            return .problem(
                NodePilotError(.unavailable, "The server is stopping.", retryAfter: 5), requestID: context.requestID)
        } catch {
            context.logger.error("A request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return .problem(.unexpected, requestID: context.requestID)
        }
    }

    private func failure(_ error: NodePilotError, _ context: APIContext) -> Response {
        guard error.code == .internal else { return .problem(error, requestID: context.requestID) }
        context.logger.error("A request failed", metadata: ["error": "\(error.message)"])
        return .problem(.unexpected, requestID: context.requestID)
    }

    private static func addHeaders(to response: inout Response, requestID: String) {
        response.headers[.xRequestID] = requestID
        response.headers[.contentSecurityPolicy] = securityPolicy
        response.headers[.xFrameOptions] = "DENY"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }

    private static let securityPolicy =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    /// The edge's own, if it is well-formed, so that both logs name a request alike.
    private static func requestID(of request: Request, _ door: Door) -> String {
        if door == .edge, let id = request.headers[.xRequestID], (8...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ isLetter($0) || isDigit($0) || "-_.".utf8.contains($0) })
        {
            return id
        }
        return Secret.word(20)
    }
}

extension NodePilotError {
    static var unexpected: NodePilotError {
        NodePilotError(
            .internal, "Something went wrong on the server.", hint: "Its log has the details under the request's ID.")
    }
}

extension HTTPField.Name {
    private static func ours(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("not a field name: \(name)") }
        return name
    }

    static let xRequestID = ours("X-Request-ID")
    static let xFrameOptions = ours("X-Frame-Options")
    static let referrerPolicy = ours("Referrer-Policy")
    static let xForwardedFor = ours("X-Forwarded-For")
}
