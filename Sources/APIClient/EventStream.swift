import AsyncHTTPClient
import Core
import NIOCore

/// The events of one answer, as they arrive. It ends where the server ends it.
struct EventStream: AsyncSequence {
    typealias Element = ServerEvent

    let body: HTTPClientResponse.Body
    let translate: @Sendable (any Error) -> any Error

    func makeAsyncIterator() -> Iterator {
        Iterator(pieces: body.makeAsyncIterator(), translate: translate)
    }

    struct Iterator: AsyncIteratorProtocol {
        var pieces: HTTPClientResponse.Body.AsyncIterator
        let translate: @Sendable (any Error) -> any Error
        var parser = EventStreamParser()
        var ready: ArraySlice<ServerEvent> = []

        mutating func next() async throws -> ServerEvent? {
            while true {
                if let event = ready.popFirst() { return event }
                do {
                    guard let piece = try await pieces.next() else { return nil }
                    ready = try parser.receive(piece.readableBytesView)[...]
                } catch {
                    throw translate(error)
                }
            }
        }
    }
}
