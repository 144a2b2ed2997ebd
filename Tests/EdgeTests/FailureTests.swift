import Core
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Edge

@Suite("When apps and clients misbehave", .timeLimit(.minutes(2)))
struct FailureTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("an app that does not listen is named in the 502")
    func refusedConnection() async throws {
        let port = try await RawUpstream.with({ _ in }) { $0.port }
        try await EdgeFixture.with { fixture in
            try fixture.publish("shop", .upstreams([Upstream(port: port, instance: "web.1", release: 3)]))
            let page = try await fixture.get(host: "shop.test", headers: "Accept: text/html\r\n")
            #expect(page.hasPrefix("HTTP/1.1 502 "))
            #expect(page.contains("web.1 does not accept connections on port \(port): nothing listens there"))
            let json = try await fixture.get(host: "shop.test", headers: "Accept: application/json\r\n")
            #expect(json.contains("Content-Type: application/problem+json\r\n"))
            #expect(json.contains("\"status\":502") && json.contains("\"request_id\":\""))
        }
    }

    @Test("nothing is sent to a port that a process of another user has taken")
    func strangerOnPort() async throws {
        try await RawUpstream.with(RawUpstream.answering(Self.ok)) { upstream in
            try await EdgeFixture.with { fixture in
                var owned = upstream.core()
                owned.owner = geteuid()
                try fixture.publish("mine", .upstreams([owned]))
                #expect(try await fixture.get(host: "mine.test").hasPrefix("HTTP/1.1 200 "))
                owned.owner = geteuid() + 1
                try fixture.publish("theirs", .upstreams([owned]))
                let page = try await fixture.get(host: "theirs.test")
                #expect(page.hasPrefix("HTTP/1.1 502 ") && page.contains("another program has taken it"))
            }
        }
    }

    @Test("the kernel says who listens, also on all addresses at once")
    func listenerOwner() async throws {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        for address in ["127.0.0.1", "0.0.0.0", "::"] {
            let listener = try await bootstrap.bind(host: address, port: 0).get()
            let port = try #require(listener.localAddress?.port)
            #expect(ListenerOwner.uid(ofPort: port) == geteuid())
            #expect(Set(SocketTable.listeners(onPort: port).map(\.uid)) == [geteuid()])
            try await listener.close().get()
            #expect(ListenerOwner.uid(ofPort: port) == nil)
        }
        #expect(ListenerOwner.uid(ofPort: 70_000) == nil)
    }

    @Test("another instance takes what one does not accept, also with a body")
    func nextInstance() async throws {
        let dead = try await RawUpstream.with({ _ in }) { $0.core("web.1") }
        try await RawUpstream.with(RawUpstream.answering(Self.ok)) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", .upstreams([dead, upstream.core("web.2")]))
                for _ in 0..<6 {
                    let answer = try await fixture.exchange(
                        "POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody")
                    #expect(answer.hasPrefix("HTTP/1.1 200 "))
                }
            }
        }
    }

    @Test("an answer that breaks off ends the client's connection without its end")
    func truncated() async throws {
        let heads = [
            "Content-Length: 100\r\n\r\npart", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
            "Transfer-Encoding: chunked\r\n\r\n9\r\npart", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\nxyz\r\n",
        ]
        for head in heads {
            let script: RawUpstream.Script = { connection in
                _ = try await connection.head()
                try await connection.send("HTTP/1.1 200 OK\r\n\(head)")
            }
            try await RawUpstream.with(script) { upstream in
                try await EdgeFixture.with { fixture in
                    try fixture.publish("shop", upstream)
                    let answer = try await fixture.exchange("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    #expect(answer.contains("part") && !answer.hasSuffix("\r\n0\r\n\r\n"))
                    let old = try await RawConnection.connect(to: fixture.http)
                    try await old.send("GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n")
                    try await eventually("a reset") { old.hasEnded }
                    #expect(old.failed)
                }
            }
        }
    }

    @Test("what an app sends behind its answer is never the next answer")
    func extraBytes() async throws {
        let script: RawUpstream.Script = { connection in
            while true {
                _ = try await connection.head()
                try await connection.send(FailureTests.ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            }
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                for _ in 0..<5 {
                    try await client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    #expect(try await client.text(through: "ok") == Self.ok)
                }
                #expect(upstream.connections.count == 5)
                await client.close()
            }
        }
    }

    @Test("a GET on a connection that the app has just closed is sent again, a POST never")
    func repeats() async throws {
        let requests = Mutex<[String]>([])
        let script: RawUpstream.Script = { connection in
            for number in 0... {
                let head = try await connection.head()
                requests.withLock { $0.append(String(head.prefix(6))) }
                // The first answer leaves the connection open, the second request on it gets none.
                guard number == 0 else { return }
                try await connection.send(FailureTests.ok)
            }
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                for path in ["/a", "/b"] {
                    try await client.send("GET \(path) HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    #expect(try await client.text(through: "ok") == Self.ok)
                }
                #expect(requests.withLock { $0 } == ["GET /a", "GET /b", "GET /b"])
                try await client.send("POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx")
                #expect(try await client.head().hasPrefix("HTTP/1.1 502 "))
                #expect(requests.withLock { $0.filter { $0 == "POST /" }.count } == 1)
                await client.close()
            }
        }
    }

    @Test("an app that crashes before it answers is asked once, and named")
    func crash() async throws {
        try await RawUpstream.with({ _ = try await $0.head() }) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let page = try await fixture.get(host: "shop.test")
                #expect(page.contains("web.1 closed the connection without an answer"))
                #expect(upstream.connections.count == 1)
            }
        }
    }

    @Test("an answer that is not HTTP is a 502")
    func notHTTP() async throws {
        try await RawUpstream.with(RawUpstream.answering("SSH-2.0-OpenSSH_9.2\r\n\r\n")) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                #expect(try await fixture.get(host: "shop.test").contains("is not valid HTTP"))
            }
        }
    }

    @Test("an app that does not answer in time is a 504")
    func timeout() async throws {
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            _ = try await connection.rest()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with({ $0.timeouts.responseHead = .milliseconds(50) }) { fixture in
                try fixture.publish("shop", upstream)
                #expect(try await fixture.get(host: "shop.test").hasPrefix("HTTP/1.1 504 "))
            }
        }
    }

    @Test("a client that does not finish its request gets 408, one that rests too long is closed")
    func slowClients() async throws {
        try await RawUpstream.with({ _ = try await $0.rest() }) { upstream in
            try await EdgeFixture.with({
                $0.timeouts.requestHead = .milliseconds(50)
                $0.timeouts.requestBody = .milliseconds(50)
                $0.timeouts.keepAlive = .milliseconds(50)
            }) { fixture in
                try fixture.publish("shop", upstream)
                #expect(try await fixture.exchange("GET / HT").hasPrefix("HTTP/1.1 408 "))
                let body = "POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\n\r\nab"
                #expect(try await fixture.exchange(body).hasPrefix("HTTP/1.1 408 "))
                #expect(try await fixture.exchange("").isEmpty)
                let rested = try await fixture.exchange("GET / HTTP/1.1\r\nHost: nobody.test\r\n\r\n")
                #expect(rested.hasPrefix("HTTP/1.1 404 ") && !rested.contains("Connection: close"))
            }
        }
    }

    @Test("an unknown host is named and escaped in its 404")
    func unknownHost() async throws {
        try await EdgeFixture.with { fixture in
            let page = try await fixture.get(host: "no-such.test")
            #expect(page.hasPrefix("HTTP/1.1 404 ") && page.contains("“no-such.test”"))
            #expect(ErrorPage.escaped("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;")
        }
    }

    @Test("a broken request is answered and cut off, and what follows it is not read")
    func smuggling() async throws {
        let requests = Mutex(0)
        let script: RawUpstream.Script = { connection in
            while true {
                _ = try await connection.head()
                requests.withLock { $0 += 1 }
                try await connection.send(FailureTests.ok)
            }
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let next = "GET /admin HTTP/1.1\r\nHost: shop.test\r\n\r\n"
                for fields in [
                    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
                    "Content-Length: 0\r\nContent-Length: 3\r\n\r\n", " folded\r\n\r\n", "A: b\n\r\n",
                ] {
                    let answer = try await fixture.exchange("POST / HTTP/1.1\r\nHost: shop.test\r\n\(fields)\(next)")
                    #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("\r\nConnection: close\r\n"))
                }
                #expect(requests.withLock { $0 } == 0)
                #expect(try await fixture.get(host: "shop.test").hasSuffix("ok"))
            }
        }
    }

    @Test("a body that breaks its coding never reaches the app's next request")
    func brokenBody() async throws {
        let seen = Mutex("")
        let script: RawUpstream.Script = { connection in
            let text = try await connection.rest()
            seen.withLock { $0 = text }
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                try await client.send(
                    "POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                try await eventually("it arrives") { upstream.connections.first?.peek().hasSuffix("abc\r\n") == true }
                try await client.send("5\nGET /")
                #expect(try await client.rest().hasPrefix("HTTP/1.1 400 "))
                await client.close()
                try await eventually("the app sees the end") { seen.withLock { !$0.isEmpty } }
                #expect(seen.withLock { $0.hasSuffix("\r\n\r\n3\r\nabc\r\n") })
            }
        }
    }

    @Test("a client that leaves takes its request from the app, and the edge serves on")
    func clientLeaves() async throws {
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            _ = try await connection.rest()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                for number in 1...3 {
                    let client = try await fixture.connect()
                    try await client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    try await eventually("it arrives") { upstream.connections.count == number }
                    if number == 2 { try await client.reset() } else { await client.close() }
                    try await eventually("the app is told") { upstream.connections.allSatisfy(\.hasEnded) }
                }
                #expect(try await fixture.get(host: "nobody.test").hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    @Test("a taken port names who has it")
    func takenPort() async throws {
        try await EdgeFixture.with { fixture in
            let port = fixture.http.port ?? 0
            let error = await #expect(throws: NodePilotError.self) {
                try await EdgeFixture.with({ $0.http = ["127.0.0.1:\(port)"] }) { _ in }
            }
            #expect(error?.code == .conflict)
            #expect(error?.message.hasPrefix("Port \(port) is in use by ") == true)
            #expect(error?.hint?.contains("--http") == true)
        }
    }
}
