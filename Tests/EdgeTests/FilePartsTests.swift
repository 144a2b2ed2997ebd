import Testing

@testable import Edge

@Suite("Parts of serving files")
struct FilePartsTests {
    @Test("paths are decoded once and split")
    func paths() throws {
        #expect(try FilePath("/a/b%20c.html?x=/..").names == ["a", "b c.html"])
        #expect(try FilePath("/").isFolder)
        #expect(try FilePath("/a/").isFolder)
        #expect(try FilePath("//a///b").names == ["a", "b"])
        #expect(try FilePath("/%2541").names == ["%41"])
        #expect(try FilePath("/.well-known/security.txt").names == [".well-known", "security.txt"])
    }

    @Test(
        "paths that lead elsewhere are refused",
        arguments: [
            "/..", "/../etc/passwd", "/a/../b", "/%2e%2e/x", "/%2E./x", "/.", "/a/./b", "/a%00b", "/a%2fb", "/a%5cb",
            "/a\\b", "/%", "/%4", "/%zz", "/%ff", "*", "http://x/", "/a%0ab",
        ])
    func refusedPaths(target: String) {
        #expect(throws: FilePath.Failure.refused) { try FilePath(target) }
    }

    @Test("dot files are hidden", arguments: ["/.env", "/a/.git/config", "/%2eenv", "/a/.well-known", "/..."])
    func hidden(target: String) {
        #expect(throws: FilePath.Failure.hidden) { try FilePath(target) }
    }

    @Test("ranges follow RFC 9110")
    func ranges() {
        #expect(ByteRange(nil, size: 10) == .whole)
        #expect(ByteRange("bytes=0-4", size: 10) == .part(0..<5))
        #expect(ByteRange("bytes=5-", size: 10) == .part(5..<10))
        #expect(ByteRange("bytes=-3", size: 10) == .part(7..<10))
        #expect(ByteRange("bytes=-30", size: 10) == .part(0..<10))
        #expect(ByteRange("bytes=8-100", size: 10) == .part(8..<10))
        #expect(ByteRange("bytes=10-", size: 10) == .unsatisfiable)
        #expect(ByteRange("bytes=-0", size: 10) == .unsatisfiable)
        for odd in ["bytes=5-4", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=1-2-3", "bytes=+1-2"] {
            #expect(ByteRange(odd, size: 10) == .whole)
        }
    }

    @Test("dates go both ways")
    func dates() {
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        for odd in ["", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT", "a b c d e GMT"] {
            #expect(HTTPDate.seconds(odd) == nil)
        }
    }

    @Test("types come from the last suffix, whatever its case")
    func types() {
        #expect(ContentType.of("a.HTML") == "text/html; charset=utf-8")
        #expect(ContentType.of("x.min.js") == "text/javascript; charset=utf-8")
        #expect(ContentType.of("a.woff2") == "font/woff2")
        #expect(ContentType.of("README") == "application/octet-stream")
    }

    @Test("addresses to listen on are checked")
    func listenAddresses() throws {
        #expect(try ListenAddress("[::]:80", option: "--http").address == "::")
        #expect(try ListenAddress("127.0.0.1:0", option: "--http").port == 0)
        for odd in ["80", "::1:80", "a:80", "127.0.0.1:99999", "127.0.0.1:", ""] {
            #expect(throws: (any Error).self) { try ListenAddress(odd, option: "--http") }
        }
    }
}
