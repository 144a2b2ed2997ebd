import Core
import HTTPTypes
import Testing

@testable import API

@Suite("The dashboard's files")
struct DashboardTests {
    /// Lives as long as the process, as the files in the executable do.
    private static func constant(_ text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private static let assets = DashboardAssets([
        EmbeddedAsset(
            path: "index.html", mediaType: "text/html; charset=utf-8",
            plain: constant("<script type=module src={{assets}}/main.js></script>"), gzip: constant("")),
        EmbeddedAsset(
            path: "main.js", mediaType: "text/javascript; charset=utf-8",
            plain: constant("export const plain = 1"), gzip: constant("gzipped")),
        EmbeddedAsset(
            path: "views/projects.js", mediaType: "text/javascript; charset=utf-8",
            plain: constant("0"), gzip: constant("longer than plain")),
    ])

    private func fixture() async throws -> APIFixture { try await APIFixture(groups: [DashboardRoutes(Self.assets)]) }

    @Test("the page is served at the dashboard's addresses and at no others")
    func pages() async throws {
        let api = try await fixture()
        for path in ["/", "/projects", "/projects/shop", "/projects/shop/logs", "/system", "/sign-in", "/setup?x=1"] {
            let answer = try await api.send(.get, path)
            #expect(answer.status == 200, "\(path)")
            #expect(answer.text.contains("src=/assets/\(Self.assets.version)/main.js"))
            #expect(answer.headers[.cacheControl] == "no-cache")
        }
        for path in ["/index.html", "/main.js", "/wp-login.php", "/system/x", "/assets", "/api/projects"] {
            #expect(try await api.send(.get, path).status == 404, "\(path)")
        }
    }

    @Test("a page that the browser has is not sent again")
    func notModified() async throws {
        let api = try await fixture()
        let tag = try #require(try await api.send(.get, "/").headers[.eTag])
        let again = try await api.send(.get, "/", headers: [.ifNoneMatch: tag])
        #expect(again.status == 304)
        #expect(again.text.isEmpty)
    }

    @Test("files lie under the hash of all of them, for ever, and compressed for those who take it")
    func files() async throws {
        let api = try await fixture()
        let path = "/assets/\(Self.assets.version)/main.js"
        let plain = try await api.send(.get, path)
        #expect(plain.text == "export const plain = 1")
        #expect(plain.headers[.cacheControl] == "public, max-age=31536000, immutable")
        #expect(plain.headers[.contentType] == "text/javascript; charset=utf-8")
        let packed = try await api.send(.get, path, headers: [.acceptEncoding: "br, gzip;q=0.8"])
        #expect(packed.text == "gzipped")
        #expect(packed.headers[.contentEncoding] == "gzip")
        #expect(try await api.send(.get, path, headers: [.acceptEncoding: "gzip;q=0"]).text == plain.text)
        let views = "/assets/\(Self.assets.version)/views/projects.js"
        #expect(try await api.send(.get, views, headers: [.acceptEncoding: "gzip"]).text == "0")
        #expect(try await api.send(.get, "/assets/000000000000/main.js").status == 404)
        #expect(try await api.send(.get, "/assets/\(Self.assets.version)/index.html").status == 404)
        #expect(try await api.send(.get, "/assets/\(Self.assets.version)/../main.js").status == 404)
    }
}
