import Core
import FoundationEssentials
import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOPosix
import Testing

@testable import API

@Suite("Uploads")
struct UploadSpoolTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func request(
        _ pieces: [ByteBuffer], length: Int? = nil, contentType: String = "multipart/form-data; boundary=xyz"
    ) -> Request {
        var fields: HTTPFields = [.contentType: contentType]
        if let length { fields[.contentLength] = String(length) }
        let head = HTTPRequest(method: .post, scheme: "https", authority: "a", path: "/", headerFields: fields)
        let stream = AsyncStream { continuation in
            for piece in pieces { continuation.yield(piece) }
            continuation.finish()
        }
        return Request(head: head, body: RequestBody(asyncSequence: stream))
    }

    private static func form(_ content: [UInt8]) -> [ByteBuffer] {
        let head =
            "--xyz\r\n\(MultipartParserTests.disposition)\"name\"\r\n\r\nshop\r\n"
            + "--xyz\r\n\(MultipartParserTests.disposition)\"file\"; filename=\"../dir\\shop.zip\"\r\n\r\n"
        let pieces = stride(from: 0, to: content.count, by: 10_000).map {
            ByteBuffer(bytes: content[$0..<min($0 + 10_000, content.count)])
        }
        return [ByteBuffer(string: head)] + pieces + [ByteBuffer(string: "\r\n--xyz--\r\n")]
    }

    private func spool(limit: Int64 = 1_000_000, in path: String? = nil) throws -> UploadSpool {
        try UploadSpool(folder: path ?? folder.path + "/uploads", limit: limit, threads: .singleton)
    }

    @Test("a file is stored byte for byte, for its owner only, under a name of ours")
    func stores() async throws {
        let content = (0..<900_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let form = try await spool().receive(Self.request(Self.form(content)))
        let file = try #require(form.file)
        #expect(form.fields == ["name": "shop"])
        #expect(file.fileName == "shop.zip")
        #expect(file.sizeBytes == 900_001)
        #expect(try Data(contentsOf: URL(filePath: file.path)) == Data(content))
        #expect(try permissions(of: file.path) == 0o600)
        file.remove()
        #expect(try folder.contents(of: "uploads").isEmpty)
    }

    @Test("a file over the limit is refused with the limit, and nothing stays")
    func tooLarge() async throws {
        let error = await #expect(throws: NodePilotError.self) {
            try await spool(limit: 1024 * 1024).receive(
                Self.request(Self.form([UInt8](repeating: 7, count: 1_100_000))))
        }
        #expect(error?.code == .tooLarge)
        #expect(error?.message.contains("1 MB") == true)
        #expect(try folder.contents(of: "uploads").isEmpty)
    }

    @Test("a Content-Length over the limit is refused before a byte is read")
    func tooLargeEarly() async throws {
        let error = await #expect(throws: NodePilotError.self) {
            try await spool().receive(Self.request([], length: 6_000_000))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("a form that breaks off leaves nothing behind")
    func brokenOff() async throws {
        let pieces = Array(Self.form([UInt8](repeating: 7, count: 600_000)).dropLast())
        let error = await #expect(throws: NodePilotError.self) { try await spool().receive(Self.request(pieces)) }
        #expect(error?.code == .invalidInput)
        #expect(try folder.contents(of: "uploads").isEmpty)
    }

    @Test("a form that breaks after its file leaves nothing behind")
    func brokenLater() async throws {
        let pieces =
            Array(Self.form([1, 2, 3]).dropLast())
            + [ByteBuffer(string: "\r\n--xyz\r\n\(MultipartParserTests.disposition)\"name\"\r\n\r\n2\r\n--xyz--")]
        await #expect(throws: NodePilotError.self) { try await spool().receive(Self.request(pieces)) }
        #expect(try folder.contents(of: "uploads").isEmpty)
    }

    @Test("a cancelled upload leaves nothing behind")
    func cancelled() async throws {
        let spool = try spool()
        let (body, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        for piece in Self.form([UInt8](repeating: 7, count: 600_000)).dropLast() { continuation.yield(piece) }
        let head = HTTPRequest(
            method: .post, scheme: nil, authority: nil, path: "/",
            headerFields: [.contentType: "multipart/form-data; boundary=xyz"])
        let task = Task { try await spool.receive(Request(head: head, body: RequestBody(asyncSequence: body))) }
        let uploads = folder.path + "/uploads"
        try await eventually { try FileManager.default.contentsOfDirectory(atPath: uploads).count == 1 }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(try folder.contents(of: "uploads").isEmpty)
    }

    @Test("what an earlier run left is removed at the start")
    func leftovers() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/uploads", withIntermediateDirectories: true)
        try Data("old".utf8).write(to: URL(filePath: folder.path + "/uploads/1.upload"))
        _ = try spool()
        #expect(try folder.contents(of: "uploads").isEmpty)
    }

    @Test(
        "another kind of body is refused",
        arguments: ["application/json", "multipart/form-data", "multipart/mixed; boundary=xyz"])
    func otherTypes(_ type: String) async throws {
        let error = await #expect(throws: NodePilotError.self) {
            try await spool().receive(Self.request(Self.form([1]), contentType: type))
        }
        #expect(error?.code == .invalidInput)
    }

    @Test("a full disk is 507, announced or found while writing (needs root)", .enabled(if: getuid() == 0))
    func diskFull() async throws {
        let small = folder.path + "/small"
        try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
        try #require(mount("tmpfs", small, "tmpfs", 0, "size=256k") == 0)
        defer { umount(small) }
        let spool = try spool(in: small)
        let content = [UInt8](repeating: 7, count: 900_000)
        let announced = await #expect(throws: NodePilotError.self) {
            try await spool.receive(Self.request(Self.form(content), length: 900_000))
        }
        #expect(announced?.code == .insufficientStorage)
        let found = await #expect(throws: NodePilotError.self) {
            try await spool.receive(Self.request(Self.form(content)))
        }
        #expect(found?.code == .insufficientStorage)
        #expect(try FileManager.default.contentsOfDirectory(atPath: small).isEmpty)
    }

    @Test("names of files lose their folders, and those that mean nothing are dropped")
    func names() {
        #expect(SpooledUpload.sanitised("C:\\a\\b.zip") == "b.zip")
        #expect(SpooledUpload.sanitised("/etc/passwd") == "passwd")
        #expect(SpooledUpload.sanitised("..") == nil)
        #expect(SpooledUpload.sanitised("") == nil)
        #expect(SpooledUpload.sanitised("a\u{202e}piz.exe") == nil)
    }
}

/// Polls until it holds; fails after ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("it did not come to hold within ten seconds")
}
