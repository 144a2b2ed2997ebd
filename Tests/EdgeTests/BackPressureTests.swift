import Core
import NIOCore
import Synchronization
import Testing

@testable import Edge

@Suite("Back-pressure", .serialized, .timeLimit(.minutes(3)))
struct BackPressureTests {
    private static let size = 256 * 1024 * 1024
    private static let piece = ByteBuffer(repeating: 0x61, count: 64 * 1024)

    @Test("a large answer to a client that does not read stays with the app")
    func slowReader() async throws {
        let sent = Counter()
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(Self.size)\r\n\r\n")
            for _ in 0..<Self.size / Self.piece.readableBytes {
                try await connection.send(Self.piece)
                sent.add(Self.piece.readableBytes)
            }
            _ = try await connection.rest()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect(reads: false)
                client.forgetBytes()
                let before = try privateMemory()
                try await client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                try await standsStill(sent)
                #expect(sent.value < Self.size / 4)
                #expect(try privateMemory() - before < 48 * 1024 * 1024)
                try await client.channel.setOption(.autoRead, value: true).get()
                try await eventually("all of it") { client.total > Self.size }
                #expect(try privateMemory() - before < 48 * 1024 * 1024)
                await client.close()
            }
        }
    }

    @Test("a large upload to an app that does not read stays with the client")
    func slowApp() async throws {
        let mayRead = Atomic(false)
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            connection.forgetBytes()
            try await connection.channel.setOption(.autoRead, value: false).get()
            try await eventually("permission") { mayRead.load(ordering: .relaxed) }
            try await connection.channel.setOption(.autoRead, value: true).get()
            try await eventually("all of it") { connection.total >= Self.size }
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            _ = try await connection.rest()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                let before = try privateMemory()
                let sent = Counter()
                try await client.send("POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: \(Self.size)\r\n\r\n")
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        for _ in 0..<Self.size / Self.piece.readableBytes {
                            try await client.send(Self.piece)
                            sent.add(Self.piece.readableBytes)
                        }
                    }
                    try await standsStill(sent)
                    #expect(sent.value < Self.size / 4)
                    mayRead.store(true, ordering: .relaxed)
                    try await group.waitForAll()
                }
                #expect(try await client.text(through: "ok").hasPrefix("HTTP/1.1 200 "))
                #expect(try privateMemory() - before < 48 * 1024 * 1024)
                await client.close()
            }
        }
    }

    /// Returns when the number has begun to grow and then not changed for a while.
    private func standsStill(_ number: Counter) async throws {
        var last = -1
        var since = ContinuousClock.now
        let deadline = since + .seconds(20)
        while last <= 0 || ContinuousClock.now - since < .milliseconds(300) {
            guard ContinuousClock.now < deadline else { throw NeverHappened(what: "it stands still") }
            let now = number.value
            if now != last { (last, since) = (now, ContinuousClock.now) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

private final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .relaxed) }
    func add(_ count: Int) { number.add(count, ordering: .relaxed) }
}
