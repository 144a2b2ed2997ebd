package import Core
import Crypto
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The dashboard's files. They stay in the executable's read-only pages; only `index.html`, with the address of the
/// others filled in, is kept in memory.
package struct DashboardAssets: Sendable {
    private let assets: [String: EmbeddedAsset]
    private let index: ByteBuffer
    private let tag: String
    /// `1f3c…`: changes when any file does, so that what lies under it never changes.
    let version: String

    package init(_ assets: [EmbeddedAsset]) {
        var hash = SHA256()
        for asset in assets.sorted(by: { $0.path < $1.path }) {
            hash.update(data: Data("\(asset.path)\0\(asset.plain.count)\0".utf8))
            hash.update(bufferPointer: asset.plain)
        }
        let version = Self.hex(hash.finalize().prefix(6))
        let page = assets.first { $0.path == "index.html" }.map { String(decoding: $0.plain, as: UTF8.self) } ?? ""
        let text = page.replacing("{{assets}}", with: "/assets/\(version)")
        self.version = version
        self.assets = Dictionary(assets.map { ($0.path, $0) }) { first, _ in first }
        index = ByteBuffer(string: text)
        tag = "\"\(Self.hex(SHA256.hash(data: Data(text.utf8)).prefix(12)))\""
    }

    /// The page for every address of the dashboard.
    func page(for request: Request) throws(NodePilotError) -> Response {
        guard index.readableBytes > 0 else { throw .notFound("The dashboard") }
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: index))
    }

    /// - Parameter path: behind `/assets/VERSION/`.
    func file(_ path: String, version: String, for request: Request) throws(NodePilotError) -> Response {
        guard version == self.version, path != "index.html", let asset = assets[path] else {
            throw .notFound("The file")
        }
        var headers: HTTPFields = [
            .contentType: asset.mediaType, .cacheControl: "public, max-age=31536000, immutable",
            .vary: "Accept-Encoding",
        ]
        let isCompressed = asset.gzip.count > 0 && asset.gzip.count < asset.plain.count && Self.takesGzip(request)
        if isCompressed { headers[.contentEncoding] = "gzip" }
        let bytes = isCompressed ? asset.gzip : asset.plain
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    // MARK: - Private

    /// RFC 9110 section 12.5.3, as far as it concerns gzip.
    private static func takesGzip(_ request: Request) -> Bool {
        (request.headers[.acceptEncoding] ?? "").split(separator: ",").contains { choice in
            let parts = choice.filter { $0 != " " }.lowercased().split(separator: ";")
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && (Double($0.dropFirst(2)) ?? 0) == 0 }
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
