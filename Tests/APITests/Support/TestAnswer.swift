import Core
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOFoundationEssentialsCompat
import Synchronization

@testable import API

/// An answer with its whole body.
struct TestAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: Response) async throws {
        let body = CollectedBody()
        try await response.body.write(body)
        status = response.status.code
        headers = response.headers
        text = body.text
    }

    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try NodePilotJSON.decoder().decode(type, from: Data(text.utf8))
    }

    var problem: Problem? { try? decoded(Problem.self) }  // nil: it is none

    /// The value of the refresh cookie that it sets.
    var refreshCookie: String? {
        headers[.setCookie].flatMap { $0.split(separator: ";").first }.flatMap {
            $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).last
        }.map(String.init)
    }
}

/// Collects what an answer writes.
final class CollectedBody: ResponseBodyWriter, Sendable {
    private let buffer = Mutex(ByteBuffer())

    var text: String { buffer.withLock { String(buffer: $0) } }

    func write(_ bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        _ = buffer.withLock { $0.writeImmutableBuffer(bytes) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
