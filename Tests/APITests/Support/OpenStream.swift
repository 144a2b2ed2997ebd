import Core
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

@testable import API

/// The reader of an answer that goes on. It may be slow: then what is written waits.
final class OpenStream: Sendable {
    struct Event: Sendable {
        let name: String
        let data: String
        let id: String?

        func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try NodePilotJSON.decoder().decode(type, from: Data(data.utf8))
        }
    }

    private let body: PacedBody
    private let task: Task<Void, any Error>

    init(_ response: Response, isPaused: Bool = false) {
        let body = PacedBody(isPaused: isPaused)
        self.body = body
        task = Task { try await response.body.write(body) }
    }

    /// What has come so far; comments left out.
    var events: [Event] {
        body.text.split(separator: "\n\n").compactMap { block in
            var fields: [Substring: String] = [:]
            for line in block.split(separator: "\n") {
                guard let colon = line.firstRange(of: ": ") else { continue }
                fields[line[..<colon.lowerBound]] = String(line[colon.upperBound...])
            }
            return fields["event"].map { Event(name: $0, data: fields["data"] ?? "", id: fields["id"]) }
        }
    }

    var names: [String] { events.map(\.name) }

    /// Reads on, after having been slow.
    func resume() { body.resume() }

    /// Waits for the stream's own end.
    func end() async throws { try await task.value }

    /// The reader goes away.
    func close() async {
        body.resume()
        task.cancel()
        _ = await task.result
    }
}

private final class PacedBody: ResponseBodyWriter, Sendable {
    private let collected = CollectedBody()
    private let pause: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    init(isPaused: Bool) {
        (pause, ending) = AsyncStream.makeStream(of: Void.self)
        if !isPaused { ending.finish() }
    }

    var text: String { collected.text }

    func resume() { ending.finish() }

    func write(_ bytes: ByteBuffer) async throws {
        for await _ in pause {}
        try await collected.write(bytes)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
