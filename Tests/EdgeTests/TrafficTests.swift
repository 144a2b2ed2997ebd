import Core
import NIOCore
import Synchronization
import Testing

@testable import Edge

@Suite("Switching, draining and streaming", .timeLimit(.minutes(3)))
struct TrafficTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("a drain returns when the request in flight has its answer")
    func drain() async throws {
        let mayAnswer = Atomic(false)
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            try await eventually("permission") { mayAnswer.load(ordering: .relaxed) }
            try await connection.send(TrafficTests.ok)
            _ = try await connection.rest()
        }
        try await RawUpstream.with(script) { old in
            try await RawUpstream.with(RawUpstream.answering(Self.ok)) { new in
                try await EdgeFixture.with(threads: 2) { fixture in
                    try fixture.publish("shop", old)
                    let client = try await fixture.connect()
                    try await client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    try await eventually("it arrives") { old.connections.count == 1 }
                    try fixture.publish("shop", .upstreams([new.core(release: 2)]))
                    // Whoever comes now is served by the new one.
                    #expect(try await fixture.get(host: "shop.test").hasSuffix("ok"))
                    await fixture.edge.drain([old.core()], timeout: .milliseconds(20))
                    #expect(client.total == 0)
                    async let drained: Void = fixture.edge.drain([old.core()], timeout: .seconds(60))
                    mayAnswer.store(true, ordering: .relaxed)
                    await drained
                    #expect(try await client.text(through: "ok") == Self.ok)
                    await fixture.edge.drain([old.core()], timeout: .seconds(60))
                    await client.close()
                }
            }
        }
    }

    @Test("routes change under load without one failed request")
    func publishUnderLoad() async throws {
        try await RawUpstream.with(RawUpstream.answering(Self.ok)) { one in
            try await RawUpstream.with(RawUpstream.answering(Self.ok)) { two in
                try await EdgeFixture.with(threads: 2) { fixture in
                    try fixture.publish("shop", one)
                    try await withThrowingTaskGroup { group in
                        for _ in 0..<8 {
                            group.addTask {
                                let client = try await fixture.connect()
                                for _ in 0..<100 {
                                    try await client.send(
                                        "POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx")
                                    #expect(try await client.text(through: "ok") == Self.ok)
                                }
                                await client.close()
                            }
                        }
                        for release in 2...20 {
                            let (new, old) = release % 2 == 0 ? (two, one) : (one, two)
                            try fixture.publish("shop", .upstreams([new.core(release: release)]))
                            await fixture.edge.drain([old.core(release: release - 1)], timeout: .seconds(60))
                        }
                        try await group.waitForAll()
                    }
                }
            }
        }
    }

    @Test("a withdrawn project is unknown, its neighbour is not")
    func withdraw() async throws {
        try await EdgeFixture.with { fixture in
            try fixture.publish("one", .unavailable("Stopped."))
            try fixture.publish("two", .unavailable("Stopped."))
            fixture.edge.publish([], for: try ProjectName("one"))
            #expect(try await fixture.get(host: "one.test").hasPrefix("HTTP/1.1 404 "))
            #expect(try await fixture.get(host: "two.test").hasPrefix("HTTP/1.1 503 "))
        }
    }

    @Test("shutdown closes who rests, and lets who waits have the answer")
    func shutdown() async throws {
        let mayAnswer = Atomic(false)
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            try await eventually("permission") { mayAnswer.load(ordering: .relaxed) }
            try await connection.send(TrafficTests.ok)
            _ = try await connection.rest()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let resting = try await fixture.connect()
                let waiting = try await fixture.connect()
                try await waiting.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                try await eventually("it arrives") { upstream.connections.count == 1 }
                async let done: Void = fixture.edge.shutdown(grace: .seconds(60))
                try await eventually("the resting one is closed") { resting.hasEnded }
                #expect(!waiting.hasEnded)
                mayAnswer.store(true, ordering: .relaxed)
                let answer = try await waiting.rest()
                #expect(answer.hasSuffix("Connection: close\r\n\r\nok"))
                await done
            }
        }
    }

    @Test("a WebSocket becomes a tunnel, also for bytes that came early, and each side may end first")
    func tunnel() async throws {
        let script: RawUpstream.Script = { connection in
            let head = try await connection.head()
            #expect(head.contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"))
            try await connection.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nA: b\r\n\r\nhi")
            let first = try await connection.text(through: "early")
            try await connection.send("<\(first)>")
            let all = try await connection.rest()
            try await connection.send("[\(all)]")
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await RawConnection.connect(to: fixture.http)
                try await client.send(
                    "GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly")
                let head = try await client.head()
                #expect(head.hasPrefix("HTTP/1.1 101 ") && head.contains("\r\nConnection: Upgrade\r\n"))
                #expect(head.contains("\r\nUpgrade: websocket\r\nA: b\r\n"))
                #expect(try await client.text(through: "<early>") == "hi<early>")
                try await client.send("more")
                try await client.closeOutput()
                #expect(try await client.rest() == "[more]")
                await fixture.edge.drain([upstream.core()], timeout: .seconds(60))
            }
        }
    }

    @Test("a 101 that nobody asked for is a 502")
    func unaskedUpgrade() async throws {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
        try await RawUpstream.with(RawUpstream.answering(answer)) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                #expect(try await fixture.get(host: "shop.test").hasPrefix("HTTP/1.1 502 "))
            }
        }
    }
}
