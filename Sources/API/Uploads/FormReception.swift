import Core
import NIOCore
import NIOPosix

/// One form on its way in: the parser's events become fields in memory and a file on the disk.
struct FormReception {
    private var parser: MultipartParser
    private let folder: String
    private let limit: Int64
    private let threads: NIOThreadPool
    private var fields: [String: String] = [:]
    private var open: SpoolFile?
    private var fileName: String?
    private var received: SpooledUpload?

    init(parser: MultipartParser, folder: String, limit: Int64, threads: NIOThreadPool) {
        self.parser = parser
        self.folder = folder
        self.limit = limit
        self.threads = threads
    }

    mutating func take(_ bytes: ByteBuffer) async throws {
        parser.feed(bytes)
        while let event = try parser.next() {
            switch event {
            case .field(let name, let value): fields[name] = value
            case .file(_, let name):
                fileName = SpooledUpload.sanitised(name)
                open = try await SpoolFile.create(in: folder, threads: threads)
            case .data(let data): try await write(data)
            case .fileEnd: try await endFile()
            }
        }
    }

    mutating func finish() async throws -> ReceivedForm {
        try parser.finish()
        return ReceivedForm(fields: fields, file: received)
    }

    mutating func abandon() {
        open?.abandon()
        open = nil
        received?.remove()
        received = nil
    }

    // MARK: - Private

    private mutating func write(_ data: ByteBuffer) async throws {
        guard let open else { return }
        guard open.sizeBytes + Int64(data.readableBytes) <= limit else { throw NodePilotError.uploadTooLarge(limit) }
        try await open.write(data)
    }

    private mutating func endFile() async throws {
        guard let file = open else { return }
        try await file.finish()
        open = nil
        received = SpooledUpload(path: file.path, sizeBytes: file.sizeBytes, fileName: fileName)
    }
}
