import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite("Plaintext that waits for encryption")
struct PlaintextQueueTests {
    /// The records that a queue makes of all that was flushed.
    private func records(_ queue: inout PlaintextQueue, _ promises: inout CombinedPromise) -> [[UInt8]] {
        var records: [[UInt8]] = []
        while queue.hasFlushed {
            let error = queue.encryptNext(promises: &promises) {
                records.append(Array($0))
                return nil
            }
            #expect(error == nil)
        }
        return records
    }

    @Test("small writes share a record, in order")
    func coalesces() {
        var queue = PlaintextQueue()
        var promises = CombinedPromise()
        for number in 0..<50 { queue.append(ByteBuffer(string: "part \(number);"), promise: nil) }
        queue.flush()
        let expected = (0..<50).map { "part \($0);" }.joined()
        expect(records(&queue, &promises), is: [Array(expected.utf8)])
        #expect(queue.bytes == 0)
        #expect(queue.isEmpty)
    }

    @Test("a large write is cut into records, and what follows it keeps its place")
    func cuts() {
        var queue = PlaintextQueue()
        var promises = CombinedPromise()
        let large = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        queue.append(ByteBuffer(string: "head"), promise: nil)
        queue.append(ByteBuffer(bytes: large), promise: nil)
        queue.append(ByteBuffer(string: "tail"), promise: nil)
        queue.flush()
        let made = records(&queue, &promises)
        #expect(made.allSatisfy { $0.count <= PlaintextQueue.Limit.record && !$0.isEmpty })
        #expect(made.flatMap { $0 } == Array("head".utf8) + large + Array("tail".utf8))
        #expect(made.count <= 6)
    }

    @Test("only what was flushed is taken")
    func heedsFlush() {
        var queue = PlaintextQueue()
        var promises = CombinedPromise()
        queue.append(ByteBuffer(string: "now"), promise: nil)
        queue.flush()
        queue.append(ByteBuffer(string: "later"), promise: nil)
        expect(records(&queue, &promises), is: [Array("now".utf8)])
        #expect(queue.bytes == 5)
        #expect(!queue.isEmpty)
    }

    @Test("promises are kept when their last byte is taken, those of empty writes too")
    func keepsPromises() throws {
        let loop = EmbeddedEventLoop()
        var queue = PlaintextQueue()
        var promises = CombinedPromise()
        let made = (0..<3).map { _ in loop.makePromise(of: Void.self) }
        queue.append(ByteBuffer(string: "a"), promise: made[0])
        queue.append(ByteBuffer(), promise: made[1])
        queue.append(ByteBuffer(repeating: 1, count: 20_000), promise: made[2])
        queue.flush()
        let error = queue.encryptNext(promises: &promises) { _ in nil }
        #expect(error == nil)
        promises.take()?.succeed()
        try made[0].futureResult.wait()
        try made[1].futureResult.wait()
        let waiting = promises.take()
        #expect(waiting == nil)
        queue.fail(ChannelError.eof)
        #expect(throws: ChannelError.eof) { try made[2].futureResult.wait() }
    }
}
