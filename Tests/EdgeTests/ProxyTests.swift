import Core
import NIOCore
import Synchronization
import Testing

@testable import Edge

@Suite("Proxying", .timeLimit(.minutes(2)))
struct ProxyTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("requests of one connection share one connection to the app")
    func keepAlive() async throws {
        try await RawUpstream.with(RawUpstream.answering(Self.ok)) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                for _ in 0..<20 {
                    try await client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    #expect(try await client.text(through: "\r\n\r\nok") == Self.ok)
                }
                #expect(upstream.connections.count == 1)
                await client.close()
            }
        }
    }

    @Test("pipelined requests are answered in order, each by its own app")
    func pipelining() async throws {
        try await RawUpstream.with(RawUpstream.echoingHeads) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                let requests = (0..<50).map { number in
                    let host = number % 3 == 2 ? "nobody.test" : "shop.test"
                    return "GET /\(number) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
                }
                try await client.send(requests.joined())
                for number in 0..<50 {
                    if number % 3 == 2 {
                        #expect(try await client.text(through: "</html>\n").contains("nobody.test"))
                    } else {
                        #expect(try await client.head().hasPrefix("HTTP/1.1 200 OK"))
                        #expect(try await client.head().hasPrefix("GET /\(number) HTTP/1.1\r\n"))
                    }
                }
                await client.close()
            }
        }
    }

    @Test("the app learns who the client is, and only from the edge")
    func forwardedHeaders() async throws {
        try await RawUpstream.with(RawUpstream.echoingHeads) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let answer = try await fixture.get(
                    host: "shop.test", headers: "X-Forwarded-For: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\nA: b\r\n")
                #expect(answer.contains("\r\nX-Forwarded-For: 127.0.0.1\r\n"))
                #expect(answer.contains("\r\nX-Forwarded-Proto: https\r\n"))
                #expect(answer.contains("\r\nX-Forwarded-Host: shop.test\r\n"))
                #expect(answer.contains("\r\nA: b\r\n"))
                #expect(!answer.contains("6.6.6.6"))
                let plain = "GET / HTTP/1.0\r\nHost: SHOP.test.:80\r\n\r\n"
                #expect(
                    try await fixture.exchange(plain, to: fixture.http).contains("\r\nX-Forwarded-Proto: http\r\n"))
            }
        }
    }

    @Test("bodies pass both ways, counted and chunked, in any pieces")
    func bodies() async throws {
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            let body = try await connection.text(through: "0\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
            _ = try await connection.head()
            let text = try await connection.text(through: "END")
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
            _ = try await connection.head()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                let head = "PUT / HTTP/1.1\r\nHost: shop.test\r\n"
                for byte in "\(head)Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n" {
                    try await client.send(String(byte))
                }
                #expect(try await client.head().contains("Transfer-Encoding: chunked"))
                #expect(try await client.text(through: "0\r\n\r\n") == "3\r\nabc\r\n0\r\n\r\n")
                let text = String(repeating: "x", count: 300_000) + "END"
                try await client.send("\(head)Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
                #expect(try await client.head().contains("Content-Length: 300003"))
                #expect(try await client.text(through: "END") == text)
                await client.close()
            }
        }
    }

    @Test("100 Continue and Early Hints reach the client")
    func interim() async throws {
        let script: RawUpstream.Script = { connection in
            #expect(try await connection.head().contains("Expect: 100-continue"))
            try await connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            _ = try await connection.text(through: "body")
            try await connection.send("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n\(ProxyTests.ok)")
            _ = try await connection.head()
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                try await client.send(
                    "POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
                #expect(try await client.head() == "HTTP/1.1 100 Continue\r\n\r\n")
                try await client.send("body")
                #expect(try await client.head() == "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n")
                #expect(try await client.text(through: "ok") == Self.ok)
                await client.close()
            }
        }
    }

    @Test("an answer without a length is chunked for HTTP/1.1, and ends the connection of HTTP/1.0")
    func untilClose() async throws {
        let script: RawUpstream.Script = { connection in
            _ = try await connection.head()
            try await connection.send("HTTP/1.0 200 OK\r\n\r\nhello")
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                for _ in 0..<2 {
                    try await client.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    #expect(try await client.head().contains("Transfer-Encoding: chunked"))
                    #expect(try await client.text(through: "\r\n0\r\n\r\n") == "5\r\nhello\r\n0\r\n\r\n")
                }
                await client.close()
                let old = try await fixture.exchange("GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n")
                #expect(old == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
            }
        }
    }

    @Test("a chunked answer is unpacked for HTTP/1.0")
    func chunkedForOldClients() async throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        try await RawUpstream.with(RawUpstream.answering(chunked)) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let answer = try await fixture.exchange(
                    "GET / HTTP/1.0\r\nHost: shop.test\r\nConnection: keep-alive\r\n\r\n")
                #expect(answer == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
            }
        }
    }

    @Test("answers to HEAD and 304 have no body, whatever their length says")
    func noBody() async throws {
        let script: RawUpstream.Script = { connection in
            while true {
                let isHead = try await connection.head().hasPrefix("HEAD")
                try await connection.send("HTTP/1.1 \(isHead ? 200 : 304) OK\r\nContent-Length: 5\r\n\r\n")
            }
        }
        try await RawUpstream.with(script) { upstream in
            try await EdgeFixture.with { fixture in
                try fixture.publish("shop", upstream)
                let client = try await fixture.connect()
                for method in ["HEAD", "GET", "HEAD"] {
                    try await client.send("\(method) / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    #expect(try await client.head().hasSuffix("\r\nContent-Length: 5\r\n\r\n"))
                }
                #expect(upstream.connections.count == 1)
                await client.close()
            }
        }
    }

    @Test("the dashboard is reached over its socket, by name and by address")
    func controlPlane() async throws {
        try await EdgeFixture.with { fixture in
            try await RawUpstream.with(socket: "\(fixture.folder)/api.sock", RawUpstream.answering(Self.ok)) { _ in
                for host in ["dash.test", "DASH.test:8443", "127.0.0.1:8443", "[::1]"] {
                    #expect(try await fixture.get(host: host).hasSuffix("ok"))
                }
                let redirect = try await fixture.exchange(
                    "GET /a?b HTTP/1.1\r\nHost: dash.test:80\r\nConnection: close\r\n\r\n", to: fixture.http)
                #expect(redirect.hasPrefix("HTTP/1.1 308 "))
                #expect(redirect.contains("\r\nLocation: https://dash.test:\(fixture.https.port ?? 0)/a?b\r\n"))
            }
        }
    }

    @Test("an app's plain address redirects when its route says so, and 443 is left out")
    func redirects() async throws {
        try await EdgeFixture.with({ $0.publicHTTPSPort = 443 }) { fixture in
            try fixture.publish("shop", .unavailable("It is stopped."), redirects: true)
            try fixture.publish("open", .unavailable("It is stopped."))
            let request = { (host: String) in "POST /x HTTP/1.0\r\nHost: \(host)\r\n\r\n" }
            let shop = try await fixture.exchange(request("shop.test"), to: fixture.http)
            #expect(shop.contains("\r\nLocation: https://shop.test/x\r\n"))
            let open = try await fixture.exchange(request("open.test"), to: fixture.http)
            #expect(open.hasPrefix("HTTP/1.1 503 ") && open.contains("It is stopped."))
        }
    }
}
