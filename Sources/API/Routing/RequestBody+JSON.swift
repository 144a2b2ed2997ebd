import Core
import FoundationEssentials
import HTTPTypes
package import HummingbirdCore
import NIOCore
import NIOFoundationEssentialsCompat

extension Request {
    /// Bytes of a JSON body, where a route does not say otherwise.
    package static var jsonLimit: Int { 64 * 1024 }
    /// Before anybody knows who asks: a thousand of these may be on their way in.
    static var anonymousLimit: Int { 8 * 1024 }

    /// The body as a value of our wire types. Strict: members that `Body` does not have are refused by name.
    /// - Parameter limit: bytes.
    /// - Throws: `.invalidInput` naming the field and what was expected there; `.tooLarge` over the limit.
    package func json<Body: Codable>(_ type: Body.Type, limit: Int = jsonLimit) async throws -> Body {
        var mediaType = ParameterScanner(headers[.contentType] ?? "")
        guard mediaType.word().lowercased() == "application/json" else {
            throw NodePilotError(
                .invalidInput, "The body must be JSON.", hint: "Send it with Content-Type: application/json.")
        }
        return try StrictJSON.decode(type, from: try await collected(limit))
    }

    /// As `json`, for routes whose body may be missing.
    package func jsonIfPresent<Body: Codable>(_ type: Body.Type) async throws -> Body? {
        let isEmpty = headers[.contentLength].map { $0 == "0" } ?? (headers[.transferEncoding] == nil)
        return isEmpty ? nil : try await json(type)
    }

    // MARK: - Private

    private func collected(_ limit: Int) async throws -> Data {
        let tooLarge = NodePilotError(.tooLarge, "The body is larger than \(limit / 1024) KB.")
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge }
        var all = ByteBuffer()
        for try await bytes in body {
            guard all.readableBytes + bytes.readableBytes <= limit else { throw tooLarge }
            all.writeImmutableBuffer(bytes)
        }
        return Data(buffer: all)
    }
}
