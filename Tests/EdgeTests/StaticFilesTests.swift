import Core
import FoundationEssentials
import Glibc
import NIOCore
import Testing

@testable import Edge

@Suite("Static files", .timeLimit(.minutes(2)))
struct StaticFilesTests {
    @Test("files, folders and what is missing")
    func matrix() async throws {
        try await withSite { fixture in
            let index = try await fixture.get(host: "site.test")
            #expect(index.hasPrefix("HTTP/1.1 200 ") && index.hasSuffix("\r\n\r\n<h1>home</h1>"))
            #expect(index.contains("Content-Type: text/html; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"))
            let style = try await fixture.get("/a%20b.css", host: "site.test")
            #expect(style.contains("Content-Type: text/css; charset=utf-8"))
            #expect(try await fixture.get("/docs/", host: "site.test").hasSuffix("docs"))
            #expect(try await fixture.get("/docs?x=y", host: "site.test").contains("\r\nLocation: /docs/?x=y\r\n"))
            #expect(try await fixture.get("//docs", host: "site.test").contains("\r\nLocation: /docs/\r\n"))
            #expect(try await fixture.get("/empty", host: "site.test").hasPrefix("HTTP/1.1 404 "))
            #expect(try await fixture.get("/nothing", host: "site.test").hasPrefix("HTTP/1.1 404 "))
            #expect(try await fixture.get("/data.txt/", host: "site.test").hasPrefix("HTTP/1.1 404 "))
            let head = try await fixture.get("/data.txt", host: "site.test", method: "HEAD")
            #expect(head.contains("\r\nContent-Length: 10\r\n") && head.hasSuffix("\r\n\r\n"))
            let post = try await fixture.get(host: "site.test", method: "POST")
            #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("\r\nAllow: GET, HEAD\r\n"))
        }
    }

    @Test(
        "nothing outside the site is served, nor what is hidden in it",
        arguments: [
            "/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/docs/../../secret.txt", "/link.txt",
            "/linked/secret.txt", "/.env", "/.git/config", "/..\\secret.txt", "/%00", "/fifo", "/docs/%2e%2e/data.txt",
            "/data.txt%00.html",
        ])
    func traversal(path: String) async throws {
        try await withSite { fixture in
            let answer = try await fixture.get(path, host: "site.test")
            #expect(answer.hasPrefix("HTTP/1.1 404 ") || answer.hasPrefix("HTTP/1.1 400 "))
            #expect(!answer.contains("SECRET") && !answer.contains("0123456789"))
        }
    }

    @Test("a client that has the file is told so, and only then")
    func conditions() async throws {
        try await withSite { fixture in
            let first = try await fixture.get("/data.txt", host: "site.test")
            let etag = try #require(field("ETag", of: first))
            let modified = try #require(field("Last-Modified", of: first))
            func status(_ headers: String) async throws -> String {
                let answer = try await fixture.get("/data.txt", host: "site.test", headers: headers)
                if answer.hasPrefix("HTTP/1.1 304 ") { #expect(answer.hasSuffix("\r\n\r\n") && answer.contains(etag)) }
                return String(answer.dropFirst(9).prefix(3))
            }
            #expect(try await status("If-None-Match: \(etag)\r\n") == "304")
            #expect(try await status("If-None-Match: \"x\", W/\(etag)\r\n") == "304")
            #expect(try await status("If-None-Match: *\r\n") == "304")
            #expect(try await status("If-None-Match: \"x\"\r\n") == "200")
            #expect(try await status("If-None-Match: \"x\"\r\nIf-Modified-Since: \(modified)\r\n") == "200")
            #expect(try await status("If-Modified-Since: \(modified)\r\n") == "304")
            #expect(try await status("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n") == "200")
            #expect(try await status("Range: bytes=0-1\r\nIf-Range: \(etag)\r\n") == "206")
            #expect(try await status("Range: bytes=0-1\r\nIf-Range: \"x\"\r\n") == "200")
            try "9876543210".write(toFile: "\(fixture.folder)/site/data.txt", atomically: true, encoding: .utf8)
            #expect(try await status("If-None-Match: \(etag)\r\n") == "200")
        }
    }

    @Test("a range gives that part, several give the whole")
    func ranges() async throws {
        try await withSite { fixture in
            let part = try await fixture.get("/data.txt", host: "site.test", headers: "Range: bytes=2-4\r\n")
            #expect(part.hasPrefix("HTTP/1.1 206 ") && part.hasSuffix("\r\n\r\n234"))
            #expect(part.contains("\r\nContent-Range: bytes 2-4/10\r\n"))
            let tail = try await fixture.get("/data.txt", host: "site.test", headers: "Range: bytes=-2\r\n")
            #expect(tail.hasSuffix("\r\n\r\n89"))
            let none = try await fixture.get("/data.txt", host: "site.test", headers: "Range: bytes=10-\r\n")
            #expect(none.hasPrefix("HTTP/1.1 416 ") && none.contains("\r\nContent-Range: bytes */10\r\n"))
            let several = try await fixture.get("/data.txt", host: "site.test", headers: "Range: bytes=0-1,3-4\r\n")
            #expect(several.hasPrefix("HTTP/1.1 200 ") && several.hasSuffix("0123456789"))
        }
    }

    @Test("a single-page app answers for every path, a site with its own 404 page")
    func fallbacks() async throws {
        try await withSite(singlePage: true) { fixture in
            let answer = try await fixture.get("/some/route", host: "site.test")
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("<h1>home</h1>"))
            #expect(try await fixture.get("/../x", host: "site.test").hasPrefix("HTTP/1.1 400 "))
        }
        try await withSite { fixture in
            try "own page".write(toFile: "\(fixture.folder)/site/404.html", atomically: true, encoding: .utf8)
            let answer = try await fixture.get("/nothing", host: "site.test")
            #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.hasSuffix("own page"))
        }
    }

    @Test("a large file arrives whole, on a connection that goes on")
    func large() async throws {
        try await withSite { fixture in
            let size = 20 * 1024 * 1024
            let content = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            try content.write(to: URL(filePath: "\(fixture.folder)/site/big.bin"))
            let client = try await fixture.connect()
            client.forgetBytes()
            try await client.send("GET /big.bin HTTP/1.1\r\nHost: site.test\r\n\r\n")
            try await eventually("all of it") { client.total > size }
            let all = client.total
            try await client.send("HEAD /big.bin HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n")
            _ = try await client.rest()
            #expect(client.total - all < 1000)
            let tail = try await fixture.get("/big.bin", host: "site.test", headers: "Range: bytes=131000-131999\r\n")
            #expect(tail.hasPrefix("HTTP/1.1 206 ") && tail.contains("\r\nContent-Length: 1000\r\n"))
            await client.close()
        }
    }

    @Test("A site's folder that is a link, or lies behind one, is not served")
    func linkedFolder() async throws {
        try await EdgeFixture.with { fixture in
            let release = "\(fixture.folder)/release"
            for folder in [release, "\(fixture.folder)/other", "\(release)/dist"] { mkdir(folder, 0o755) }
            try "SECRET".write(toFile: "\(fixture.folder)/other/index.html", atomically: true, encoding: .utf8)
            try "home".write(toFile: "\(release)/dist/index.html", atomically: true, encoding: .utf8)
            #expect(symlink("../other", "\(release)/link") == 0)
            #expect(symlink("../..", "\(release)/dist/up") == 0)
            for (name, folder, status) in [("a", "dist", 200), ("b", "link", 404), ("c", "dist/up/other", 404)] {
                try fixture.publish(name, .files(root: release, folder: folder, singlePage: true))
                let answer = try await fixture.get(host: "\(name).test")
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
                #expect(!answer.contains("SECRET"))
            }
        }
    }

    // MARK: - Private

    private func withSite(singlePage: Bool = false, _ body: (EdgeFixture) async throws -> Void) async throws {
        try await EdgeFixture.with { fixture in
            let root = "\(fixture.folder)/site"
            for folder in [root, "\(root)/docs", "\(root)/empty", "\(root)/.git"] { mkdir(folder, 0o755) }
            for (name, text) in [
                ("site/index.html", "<h1>home</h1>"), ("site/docs/index.html", "docs"), ("site/data.txt", "0123456789"),
                ("site/a b.css", "a{}"), ("site/.env", "SECRET"), ("site/.git/config", "SECRET"),
                ("secret.txt", "SECRET"),
            ] {
                try text.write(toFile: "\(fixture.folder)/\(name)", atomically: true, encoding: .utf8)
            }
            #expect(symlink("../secret.txt", "\(root)/link.txt") == 0)
            #expect(symlink("..", "\(root)/linked") == 0)
            #expect(mkfifo("\(root)/fifo", 0o644) == 0)
            try fixture.publish("site", .files(root: root, singlePage: singlePage))
            try await body(fixture)
        }
    }

    private func field(_ name: String, of answer: String) -> String? {
        answer.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}
