package import Core
package import HTTPTypes
import FoundationEssentials
package import HummingbirdCore
import NIOCore
import NIOFoundationEssentialsCompat

extension NodePilotError.Code {
    /// The one table from our codes to HTTP's.
    package var status: HTTPResponse.Status {
        switch self {
        case .invalidInput: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .unprocessable: .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .insufficientStorage: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .unavailable: .serviceUnavailable
        case .internal: .internalServerError
        }
    }

    /// The nearest code to a status that Hummingbird chose by itself.
    init(_ status: HTTPResponse.Status) {
        switch status.code {
        case 401: self = .unauthenticated
        case 403: self = .forbidden
        case 404, 405: self = .notFound
        case 409: self = .conflict
        case 413: self = .tooLarge
        case 422: self = .unprocessable
        case 429: self = .rateLimited
        case 503: self = .unavailable
        case 507: self = .insufficientStorage
        case 400...499: self = .invalidInput
        default: self = .internal
        }
    }
}

extension Response {
    /// Problem details (RFC 9457).
    static func problem(
        _ error: NodePilotError, status: HTTPResponse.Status? = nil, requestID: String
    ) -> Response {
        let status = status ?? error.code.status
        let problem = Problem(
            error, title: status.reasonPhrase, status: status.code, requestID: requestID)
        // A struct of strings and numbers always encodes; were it not so, the status still tells.
        let body = (try? NodePilotJSON.encoder().encode(problem)).map { ByteBuffer(data: $0) } ?? ByteBuffer()
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    /// A value as JSON, as every answer of the API has it.
    package static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let body = ByteBuffer(data: try NodePilotJSON.encoder().encode(value))
        return Response(
            status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }

    /// 204.
    package static var nothing: Response { Response(status: .noContent) }
}
